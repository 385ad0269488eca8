/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From arguments to an operation. It takes what the arithmetic takes and nothing else, whatever its
 * shape: products in simulations are a thousandth of what a GPU is measured with, and a latency
 * that is true for them would be all that is seen.
 */
#include "model/gemm.h"

#include "model/device.h"
#include "model/fault.h"
#include "model/gemm_fault.h"
#include "model/gemm_run.h"
#include "model/stream.h"
#include "model/strict.h"

#define TF32_CAPABILITY 80 /* Ampere */

/* What may be multiplied as what, and with which result; cublasGemmEx's table, as far as it is
 * modelled. FP32 inputs are TF32's, too. */
static const struct {
    cudaDataType in, out;
    enum sim_gemm_type type;
    bool is_wide; /* for the FP64 compute types */
} COMBINATIONS[] = {
    { CUDA_R_32F, CUDA_R_32F, SIM_GEMM_FP32, false },
    { CUDA_R_16F, CUDA_R_16F, SIM_GEMM_FP16, false },
    { CUDA_R_16F, CUDA_R_32F, SIM_GEMM_FP16, false },
    { CUDA_R_16BF, CUDA_R_16BF, SIM_GEMM_BF16, false },
    { CUDA_R_16BF, CUDA_R_32F, SIM_GEMM_BF16, false },
    { CUDA_R_64F, CUDA_R_64F, SIM_GEMM_FP64, true },
};

enum arithmetic { UNKNOWN, PLAIN, PEDANTIC, FAST, WIDE };

static enum arithmetic arithmetic_of(cublasComputeType_t compute)
{
    switch (compute) {
    case CUBLAS_COMPUTE_32F:
        return PLAIN;
    case CUBLAS_COMPUTE_32F_PEDANTIC:
        return PEDANTIC;
    case CUBLAS_COMPUTE_32F_FAST_TF32:
    case CUBLAS_COMPUTE_32F_FAST_16F:  /* documented: or TF32 */
    case CUBLAS_COMPUTE_32F_FAST_16BF: /* the same */
        return FAST;
    case CUBLAS_COMPUTE_64F:
    case CUBLAS_COMPUTE_64F_PEDANTIC:
        return WIDE;
    default:
        return UNKNOWN;
    }
}

/* The math mode decides where the compute type leaves it open. */
static enum arithmetic with_math_mode(const struct sim_blas *blas, enum arithmetic arithmetic)
{
    const unsigned mode =
        (unsigned)blas->math & ~(unsigned)CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;

    if (arithmetic != PLAIN)
        return arithmetic;
    if (mode == CUBLAS_PEDANTIC_MATH)
        return PEDANTIC;
    return mode == CUBLAS_TF32_TENSOR_OP_MATH || mode == CUBLAS_TENSOR_OP_MATH ? FAST : PLAIN;
}

static bool is_tf32(const struct sim_blas *blas, enum arithmetic arithmetic)
{
    if (blas->context->device->capability < TF32_CAPABILITY || blas->tf32 == SIM_TF32_NEVER)
        return false;
    return arithmetic == FAST || (arithmetic == PLAIN && blas->tf32 == SIM_TF32_ALWAYS);
}

static bool find_type(const struct sim_blas *blas, const struct sim_gemm_request *request,
                      enum sim_gemm_type *type)
{
    const enum arithmetic arithmetic = with_math_mode(blas, arithmetic_of(request->compute));

    if (arithmetic == UNKNOWN || request->type_a != request->type_b)
        return false;
    for (size_t i = 0; i < sizeof COMBINATIONS / sizeof COMBINATIONS[0]; i++) {
        if (COMBINATIONS[i].in != request->type_a || COMBINATIONS[i].out != request->type_c
            || COMBINATIONS[i].is_wide != (arithmetic == WIDE))
            continue;
        *type = COMBINATIONS[i].type;
        /* The fast types are of FP32 alone. */
        if (*type != SIM_GEMM_FP32)
            return arithmetic_of(request->compute) != FAST;
        if (is_tf32(blas, arithmetic))
            *type = SIM_GEMM_TF32;
        return true;
    }
    return false;
}

static bool is_operation(cublasOperation_t operation)
{
    return operation == CUBLAS_OP_N || operation == CUBLAS_OP_T || operation == CUBLAS_OP_C;
}

static int at_least_1(int rows)
{
    return rows > 1 ? rows : 1;
}

static bool is_valid(const struct sim_gemm_request *request)
{
    const int rows_a = request->op_a == CUBLAS_OP_N ? request->m : request->k;
    const int rows_b = request->op_b == CUBLAS_OP_N ? request->k : request->n;

    return is_operation(request->op_a) && is_operation(request->op_b) && request->m >= 0
           && request->n >= 0 && request->k >= 0 && request->lda >= at_least_1(rows_a)
           && request->ldb >= at_least_1(rows_b) && request->ldc >= at_least_1(request->m)
           && request->alpha != NULL && request->beta != NULL && request->c != NULL;
}

static enum sim_number number_of(cudaDataType type)
{
    switch (type) {
    case CUDA_R_64F:
        return SIM_NUMBER_FP64;
    case CUDA_R_16F:
        return SIM_NUMBER_FP16;
    case CUDA_R_16BF:
        return SIM_NUMBER_BF16;
    default:
        return SIM_NUMBER_FP32;
    }
}

static void fill_product(struct sim_product *product, const struct sim_gemm_request *request,
                         enum sim_gemm_type type)
{
    const bool is_a = request->op_a != CUBLAS_OP_N, is_b = request->op_b != CUBLAS_OP_N;
    const int m = request->m, n = request->n, k = request->k;

    product->a = (struct sim_matrix){ (void *)(uintptr_t)request->a, is_a ? k : m, is_a ? m : k,
                                      request->lda, number_of(request->type_a) };
    product->b = (struct sim_matrix){ (void *)(uintptr_t)request->b, is_b ? n : k, is_b ? k : n,
                                      request->ldb, number_of(request->type_b) };
    product->c = (struct sim_matrix){ request->c, m, n, request->ldc, number_of(request->type_c) };
    product->transposes_a = is_a;
    product->transposes_b = is_b;
    product->rounds_to_tf32 = type == SIM_GEMM_TF32;
}

/* In units of what the cores do in that time, which a capped clock or a neighbour slows down. */
static uint64_t work_of(const struct sim_device *device, const struct sim_gemm_request *request,
                        enum sim_gemm_type type)
{
    const struct sim_spec_gpu *facts = sim_device_facts(device);
    const double flops = 2.0 * request->m * request->n * request->k;
    const double share =
        (double)facts->gemm_lanes[type] / facts->cores_per_sm * facts->gemm_permille[type] / 1000;

    return (uint64_t)(flops / share);
}

static void submit(const struct sim_blas *blas, const struct sim_gemm_request *request,
                   enum sim_gemm_type type, struct sim_stream *queue)
{
    struct sim_context *context = blas->context;
    const uint32_t faults = sim_gemm_faults(context->device, sim_world.host_now);
    struct sim_gemm_run *run = sim_gemm_run_new(context);
    struct sim_op_spec spec = { .latency = 0 };
    const uint64_t work = sim_gemm_fault_work(faults, work_of(context->device, request, type));

    fill_product(&run->product, request, type);
    sim_gemm_run_scale(run, blas->pointers == CUBLAS_POINTER_MODE_DEVICE, request->alpha,
                       request->beta);
    if (work > 0) {
        sim_flow_init(&spec.flows[spec.flow_count], work);
        sim_flow_use(&spec.flows[spec.flow_count++],
                     sim_resource(context->device, SIM_RESOURCE_ARITHMETIC), SIM_WEIGHT_FULL);
    }
    sim_fault_used_clock(context->device->gpu);
    spec.never_ends = sim_gemm_fault_hangs(faults);
    spec.effect = sim_gemm_run_effect;
    spec.release = sim_gemm_run_release;
    spec.data = run;
    sim_engine_submit(&sim_world.engine, queue, &spec);
}

int sim_gemm_submit(const struct sim_blas *blas, const struct sim_gemm_request *request)
{
    struct sim_stream *queue;
    struct sim_context *owner;
    enum sim_gemm_type type;

    if (!is_valid(request))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (!find_type(blas, request, &type))
        return CUBLAS_STATUS_NOT_SUPPORTED;
    if (!sim_blas_is_current(blas)) {
        sim_strict_report("a handle of device %d is used while another is current",
                          sim_device_ordinal(blas->context->device));
        return CUBLAS_STATUS_EXECUTION_FAILED;
    }
    if (sim_stream_find(blas->context, blas->stream, &queue, &owner) != CUDA_SUCCESS
        || owner != blas->context || sim_gpu_is_lost(blas->context->device->gpu)
        || blas->context->sticky != CUDA_SUCCESS)
        return CUBLAS_STATUS_EXECUTION_FAILED;
    if (request->m == 0 || request->n == 0)
        return CUBLAS_STATUS_SUCCESS;
    submit(blas, request, type, queue);
    sim_stream_launched(queue);
    return CUBLAS_STATUS_SUCCESS;
}
