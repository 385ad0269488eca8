/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The double of libcublas on the machine of sim_machine.h: what it exports, the rules for handles
 * and arguments, when a result is there, how long it takes, and what faults do to it.
 */
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>

#include "cublas_prototypes.h"
#include "cuda_fixture.h"
#include "model/gemm_memo.h"
#include "sim_machine.h"

#define WORKS(call) assert_int_equal(call, 0)
#define N           96
#define ELEMENTS    (N * N)
#define BYTES       (ELEMENTS * sizeof(float))

static struct sim_spec spec;
static cublasHandle_t handle;
static CUdeviceptr a, b, c;
static const float one = 1, zero = 0;

static float *at(CUdeviceptr address)
{
    return (float *)(uintptr_t)address;
}

static float a_at(int row, int column)
{
    return (float)((row * 5 + column * 3) % 7 - 3);
}

static float b_at(int row, int column)
{
    return (float)((row * 2 + column * 11) % 5 - 2);
}

static void upload(CUdeviceptr to, float (*value)(int, int))
{
    static float numbers[ELEMENTS];

    for (int j = 0; j < N; j++) {
        for (int i = 0; i < N; i++)
            numbers[j * N + i] = value(i, j);
    }
    WORKS(cuMemcpyHtoD_v2(to, numbers, BYTES));
}

static int set_up(void **state)
{
    spec.gemm_fault_count = 0;
    if (setup(state) != 0 || cublasCreate_v2(&handle) != 0)
        return -1;
    a = allocate(BYTES);
    b = allocate(BYTES);
    c = allocate(BYTES);
    upload(a, a_at);
    upload(b, b_at);
    return 0;
}

static int tear_down(void **state)
{
    sim_world.spec.gemm_fault_count = 0;
    cuCtxSetCurrent(contexts[0]);
    cublasDestroy_v2(handle);
    return teardown(state);
}

static cublasStatus_t multiply(cublasHandle_t by)
{
    return cublasSgemm_v2(by, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, at(a), N, at(b), N, &zero,
                          at(c), N);
}

static float got[ELEMENTS];

static void download(void)
{
    WORKS(cuCtxSynchronize());
    WORKS(cuMemcpyDtoH_v2(got, c, BYTES));
}

static float wanted(int row, int column)
{
    float sum = 0;

    for (int k = 0; k < N; k++)
        sum += a_at(row, k) * b_at(k, column);
    return sum;
}

/* How many elements are wrong, and the first of them. */
static int wrong(int *row, int *column)
{
    int count = 0;

    for (int j = N - 1; j >= 0; j--) {
        for (int i = N - 1; i >= 0; i--) {
            if (got[j * N + i] == wanted(i, j))
                continue;
            *row = i;
            *column = j;
            count++;
        }
    }
    return count;
}

static void expect_right(void)
{
    int row = 0, column = 0;

    download();
    assert_int_equal(wrong(&row, &column), 0);
}

#define X_EXPORT(result, name, version, arguments, needed) #name #version,
static const char *of_blas[] = { GST_CUBLAS_API(X_EXPORT) };
static const char *of_lt[] = { GST_CUBLASLT_API(X_EXPORT) };

static void expect_exports(const char *name, const char *const *symbols, size_t count)
{
    char file[512];
    void *library;

    snprintf(file, sizeof file, "%s/%s", SIM_CUBLAS_DIR, name);
    library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        fail_msg("%s", dlerror());
    for (size_t i = 0; i < count; i++) {
        if (dlsym(library, symbols[i]) == NULL)
            fail_msg("%s: no %s", name, symbols[i]);
    }
    assert_non_null(strstr(dlsym(library, "gpu_selftest_double"), name));
    dlclose(library);
}

static void test_cublas__exports_every_row(void **state)
{
    static const char *const majors[] = { "11", "12", "13" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char name[64];

        snprintf(name, sizeof name, "libcublas.so.%s", majors[i]);
        expect_exports(name, of_blas, sizeof of_blas / sizeof of_blas[0]);
        snprintf(name, sizeof name, "libcublasLt.so.%s", majors[i]);
        expect_exports(name, of_lt, sizeof of_lt / sizeof of_lt[0]);
    }
}

static void test_cublas__versions(void **state)
{
    int version = 0, major = 0, minor = 0, patch = 0;

    (void)state;
    WORKS(cublasGetVersion_v2(handle, &version));
    WORKS(cublasGetProperty(MAJOR_VERSION, &major));
    WORKS(cublasGetProperty(MINOR_VERSION, &minor));
    WORKS(cublasGetProperty(PATCH_LEVEL, &patch));
    assert_int_equal(version, 130100);
    assert_int_equal(major * 10000 + minor * 100 + patch, version);
    assert_int_equal(cublasLtGetVersion(), version);
    assert_int_equal(cublasGetVersion_v2(NULL, &version), CUBLAS_STATUS_NOT_INITIALIZED);
    assert_int_equal(cublasGetProperty(MAJOR_VERSION, NULL), CUBLAS_STATUS_INVALID_VALUE);
    assert_string_equal(cublasGetStatusName(CUBLAS_STATUS_EXECUTION_FAILED),
                        "CUBLAS_STATUS_EXECUTION_FAILED");
    sim_world.spec.cublaslt = (struct sim_spec_version){ { 13, 0, 2 }, SIM_NO_FAULT };
    assert_int_equal(cublasLtGetVersion(), 130002);
    WORKS(cublasGetVersion_v2(handle, &version));
    assert_int_equal(version, 130100);
    sim_world.spec.cublaslt = (struct sim_spec_version){ { 0, 0, 0 }, SIM_NO_FAULT };
}

static void test_cublas__result_is_there_after_the_wait(void **state)
{
    const unsigned char *early = (const unsigned char *)got;
    CUevent done = NULL;

    (void)state;
    WORKS(cuMemsetD8Async(c, 0x11, BYTES, NULL));
    WORKS(cuCtxSynchronize());
    WORKS(cuEventCreate(&done, 0));
    sim_world.spec.gpus[0].gemm_permille[SIM_GEMM_FP32] = 1; /* a thousand times as long */
    WORKS(multiply(handle));
    sim_world.spec.gpus[0].gemm_permille[SIM_GEMM_FP32] = 1000;
    WORKS(cuEventRecord(done, NULL));
    assert_int_equal(cuEventQuery(done), CUDA_ERROR_NOT_READY);
    /* By a stream that waits for nothing. */
    CUstream other = NULL;
    WORKS(cuStreamCreate(&other, CU_STREAM_NON_BLOCKING));
    WORKS(cuMemcpyDtoHAsync_v2(got, c, sizeof(float), other));
    WORKS(cuStreamSynchronize(other));
    assert_int_equal(early[0], 0x11);
    expect_right();
}

/* 2 N^3 at 1 Tflop/s; half of it where half as many units do it, or reach only half. */
static void test_cublas__time(void **state)
{
    static const struct {
        cublasComputeType_t compute;
        unsigned lanes, permille;
        double factor;
    } rows[] = { { CUBLAS_COMPUTE_32F, 1, 1000, 1 },
                 { CUBLAS_COMPUTE_32F, 1, 500, 2 },
                 { CUBLAS_COMPUTE_32F_FAST_TF32, 4, 1000, 0.25 },
                 { CUBLAS_COMPUTE_32F_FAST_TF32, 4, 800, 0.3125 } };
    const int count = 1000;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool is_tf32 = rows[i].compute == CUBLAS_COMPUTE_32F_FAST_TF32;
        struct sim_spec_gpu *gpu = &sim_world.spec.gpus[0];
        const double expected_s = 2.0 * N * N * N / 1e12 * rows[i].factor * count;
        CUevent begin = NULL, end = NULL;
        float ms = 0;

        gpu->gemm_lanes[is_tf32 ? SIM_GEMM_TF32 : SIM_GEMM_FP32] = rows[i].lanes;
        gpu->gemm_permille[is_tf32 ? SIM_GEMM_TF32 : SIM_GEMM_FP32] = rows[i].permille;
        WORKS(cuEventCreate(&begin, 0));
        WORKS(cuEventCreate(&end, 0));
        WORKS(cuCtxSynchronize());
        WORKS(multiply(handle));
        WORKS(cuEventRecord(begin, NULL));
        for (int k = 0; k < count; k++)
            WORKS(cublasGemmEx(handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, at(a), CUDA_R_32F,
                               N, at(b), CUDA_R_32F, N, &zero, at(c), CUDA_R_32F, N,
                               rows[i].compute, CUBLAS_GEMM_DEFAULT));
        WORKS(cuEventRecord(end, NULL));
        WORKS(cuCtxSynchronize());
        WORKS(cuEventElapsedTime(&ms, begin, end));
        if (fabs(ms / 1e3 / expected_s - 1) > 0.001)
            fail_msg("row %zu: %g s, not %g s", i, ms / 1e3, expected_s);
        gpu->gemm_lanes[SIM_GEMM_FP32] = 1;
        gpu->gemm_permille[SIM_GEMM_FP32] = 1000;
    }
}

static void test_cublas__handles(void **state)
{
    cublasHandle_t second = NULL, gone = NULL;

    (void)state;
    assert_int_equal(cublasCreate_v2(NULL), CUBLAS_STATUS_INVALID_VALUE);
    assert_int_equal(cublasDestroy_v2(NULL), CUBLAS_STATUS_NOT_INITIALIZED);
    assert_int_equal(multiply(NULL), CUBLAS_STATUS_NOT_INITIALIZED);
    assert_int_equal(multiply((cublasHandle_t)(uintptr_t)&spec), CUBLAS_STATUS_NOT_INITIALIZED);
    /* It is the current device's that it was made on, and works on no other. */
    WORKS(cuCtxSetCurrent(contexts[1]));
    WORKS(cublasCreate_v2(&second));
    assert_int_equal(multiply(handle), CUBLAS_STATUS_EXECUTION_FAILED);
    WORKS(cuCtxSetCurrent(contexts[0]));
    assert_int_equal(multiply(second), CUBLAS_STATUS_EXECUTION_FAILED);
    WORKS(multiply(handle));
    WORKS(cublasDestroy_v2(second));
    assert_int_equal(cublasDestroy_v2(second), CUBLAS_STATUS_NOT_INITIALIZED);
    /* Its context goes first. */
    WORKS(cuCtxSetCurrent(contexts[2]));
    WORKS(cublasCreate_v2(&gone));
    WORKS(cuCtxSetCurrent(contexts[0]));
    WORKS(cuDevicePrimaryCtxRelease_v2(2));
    assert_int_equal(multiply(gone), CUBLAS_STATUS_NOT_INITIALIZED);
    WORKS(cublasDestroy_v2(gone));
    WORKS(cuDevicePrimaryCtxRetain(&contexts[2], 2));
    expect_right();
}

static void test_cublas__streams_and_workspaces(void **state)
{
    CUstream own = NULL, others = NULL;
    CUdeviceptr workspace = allocate(1 << 20);

    (void)state;
    WORKS(cuStreamCreate(&own, CU_STREAM_NON_BLOCKING));
    WORKS(cuCtxSetCurrent(contexts[1]));
    WORKS(cuStreamCreate(&others, CU_STREAM_NON_BLOCKING));
    WORKS(cuCtxSetCurrent(contexts[0]));
    WORKS(cublasSetStream_v2(handle, (cudaStream_t)others));
    assert_int_equal(multiply(handle), CUBLAS_STATUS_EXECUTION_FAILED);
    WORKS(cublasSetStream_v2(handle, (cudaStream_t)own));
    WORKS(multiply(handle));
    WORKS(cuStreamSynchronize(own));
    expect_right();
    WORKS(cublasSetWorkspace_v2(handle, (void *)(uintptr_t)workspace, 1 << 20));
    assert_int_equal(cublasSetWorkspace_v2(handle, (void *)(uintptr_t)(workspace + 1), 1 << 19),
                     CUBLAS_STATUS_INVALID_VALUE);
    assert_int_equal(cublasSetWorkspace_v2(handle, got, sizeof got), CUBLAS_STATUS_INVALID_VALUE);
    assert_int_equal(cublasSetWorkspace_v2(handle, (void *)(uintptr_t)workspace, 2 << 20),
                     CUBLAS_STATUS_INVALID_VALUE);
}

struct call {
    cublasOperation_t op_a, op_b;
    int m, n, k, lda, ldb, ldc;
    int without; /* 'c', 'a' for alpha, 'b' for beta */
    cublasStatus_t status;
};

static void test_cublas__arguments(void **state)
{
    static const cublasOperation_t NO = CUBLAS_OP_N, T = CUBLAS_OP_T, C = CUBLAS_OP_C;
    const struct call calls[] = {
        { NO, NO, 8, 4, 2, 8, 2, 8, 0, 0 },
        { T, NO, 8, 4, 2, 2, 2, 8, 0, 0 },
        { C, T, 8, 4, 2, 2, 4, 8, 0, 0 },
        { NO, NO, 0, 4, 2, 1, 2, 1, 0, 0 },
        { NO, NO, 8, 0, 2, 8, 2, 8, 0, 0 },
        { NO, NO, 8, 4, 0, 8, 1, 8, 0, 0 },
        { NO, NO, -1, 4, 2, 8, 2, 8, 0, 7 },
        { NO, NO, 8, -1, 2, 8, 2, 8, 0, 7 },
        { NO, NO, 8, 4, -1, 8, 2, 8, 0, 7 },
        { NO, NO, 8, 4, 2, 7, 2, 8, 0, 7 },
        { NO, NO, 8, 4, 2, 8, 1, 8, 0, 7 },
        { NO, NO, 8, 4, 2, 8, 2, 7, 0, 7 },
        { T, NO, 8, 4, 2, 1, 2, 8, 0, 7 },
        { NO, T, 8, 4, 2, 8, 3, 8, 0, 7 },
        { NO, NO, 0, 4, 2, 0, 2, 1, 0, 7 },
        { NO, NO, 8, 4, 2, 8, 2, 8, 'c', 7 },
        { NO, NO, 8, 4, 2, 8, 2, 8, 'a', 7 },
        { NO, NO, 8, 4, 2, 8, 2, 8, 'b', 7 },
        { (cublasOperation_t)3, NO, 8, 4, 2, 8, 2, 8, 0, 7 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const struct call *call = &calls[i];
        const cublasStatus_t status = cublasSgemm_v2(
            handle, call->op_a, call->op_b, call->m, call->n, call->k,
            call->without == 'a' ? NULL : &one, at(a), call->lda, at(b), call->ldb,
            call->without == 'b' ? NULL : &zero, call->without == 'c' ? NULL : at(c), call->ldc);

        if (status != call->status)
            fail_msg("call %zu: status %d, not %d", i, status, call->status);
    }
    WORKS(cuCtxSynchronize());
}

static cublasStatus_t multiply_as(cudaDataType in, cudaDataType out, cublasComputeType_t compute)
{
    static const double wide = 1, nothing = 0;
    const bool is_wide = compute == CUBLAS_COMPUTE_64F;

    return cublasGemmEx(handle, CUBLAS_OP_N, CUBLAS_OP_N, 8, 8, 8,
                        is_wide ? (const void *)&wide : &one, at(a), in, 8, at(b), in, 8,
                        is_wide ? (const void *)&nothing : &zero, at(c), out, 8, compute,
                        CUBLAS_GEMM_DEFAULT);
}

static void test_cublas__types(void **state)
{
    static const struct {
        cudaDataType in, out;
        cublasComputeType_t compute;
        cublasStatus_t status;
    } rows[] = {
        { CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F, 0 },
        { CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_PEDANTIC, 0 },
        { CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, 0 },
        { CUDA_R_16F, CUDA_R_32F, CUBLAS_COMPUTE_32F, 0 },
        { CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_32F, 0 },
        { CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F, 0 },
        { CUDA_R_64F, CUDA_R_64F, CUBLAS_COMPUTE_64F, 0 },
        { CUDA_R_64F, CUDA_R_64F, CUBLAS_COMPUTE_32F, CUBLAS_STATUS_NOT_SUPPORTED },
        { CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_64F, CUBLAS_STATUS_NOT_SUPPORTED },
        { CUDA_R_32F, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUBLAS_STATUS_NOT_SUPPORTED },
        { CUDA_R_16F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUBLAS_STATUS_NOT_SUPPORTED },
        { CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_16F, CUBLAS_STATUS_NOT_SUPPORTED },
        { CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_EMULATED_16BFX9, CUBLAS_STATUS_NOT_SUPPORTED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (multiply_as(rows[i].in, rows[i].out, rows[i].compute) != rows[i].status)
            fail_msg("row %zu", i);
    }
    WORKS(cuCtxSynchronize());
}

/* One product whose inputs have a bit more than TF32 holds. */
static float rounded_product(cublasHandle_t by, cublasComputeType_t compute)
{
    const float inputs[2] = { 1.0f + 0x1p-12f, 1.0f + 0x1p-12f };
    float result = 0;

    WORKS(cuMemcpyHtoD_v2(a, inputs, sizeof inputs));
    WORKS(cublasGemmEx(by, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, at(a), CUDA_R_32F, 1, at(a) + 1,
                       CUDA_R_32F, 1, &zero, at(c), CUDA_R_32F, 1, compute, CUBLAS_GEMM_DEFAULT));
    WORKS(cuCtxSynchronize());
    WORKS(cuMemcpyDtoH_v2(&result, c, sizeof result));
    return result;
}

static void test_cublas__tf32_by_mode_and_environment(void **state)
{
    static const struct {
        const char *override;
        cublasMath_t math;
        cublasComputeType_t compute;
        int capability;
        bool rounds;
    } rows[] = {
        { NULL, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F, 90, false },
        { NULL, CUBLAS_TF32_TENSOR_OP_MATH, CUBLAS_COMPUTE_32F, 90, true },
        { NULL, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F_FAST_TF32, 90, true },
        { NULL, CUBLAS_TF32_TENSOR_OP_MATH, CUBLAS_COMPUTE_32F_PEDANTIC, 90, false },
        { NULL, CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F_FAST_TF32, 75, false },
        { "1", CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F, 90, true },
        { "1", CUBLAS_PEDANTIC_MATH, CUBLAS_COMPUTE_32F, 90, false },
        { "1", CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F_PEDANTIC, 90, false },
        { "1", CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F, 75, false },
        { "0", CUBLAS_TF32_TENSOR_OP_MATH, CUBLAS_COMPUTE_32F, 90, false },
        { "0", CUBLAS_DEFAULT_MATH, CUBLAS_COMPUTE_32F_FAST_TF32, 90, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cublasHandle_t own = NULL;

        sim_world.devices[0].capability = rows[i].capability;
        if (rows[i].override != NULL)
            setenv("NVIDIA_TF32_OVERRIDE", rows[i].override, 1);
        WORKS(cublasCreate_v2(&own));
        WORKS(cublasSetMathMode(own, rows[i].math));
        if ((rounded_product(own, rows[i].compute) == 1.0f) != rows[i].rounds)
            fail_msg("row %zu", i);
        WORKS(cublasDestroy_v2(own));
        unsetenv("NVIDIA_TF32_OVERRIDE");
    }
    sim_world.devices[0].capability = 90;
    assert_int_equal(cublasSetMathMode(handle, (cublasMath_t)99), CUBLAS_STATUS_INVALID_VALUE);
    assert_int_equal(cublasSetMathMode(handle, CUBLAS_FP32_EMULATED_BF16X9_MATH),
                     CUBLAS_STATUS_NOT_SUPPORTED);
}

static void test_cublas__factors_on_the_device(void **state)
{
    const float factors[2] = { 2, 3 };
    CUdeviceptr there = allocate(sizeof factors);
    int row = 0, column = 0;

    (void)state;
    WORKS(multiply(handle));
    WORKS(cuMemcpyHtoD_v2(there, factors, sizeof factors));
    WORKS(cublasSetPointerMode_v2(handle, CUBLAS_POINTER_MODE_DEVICE));
    WORKS(cublasSgemm_v2(handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, at(there), at(a), N, at(b), N,
                         at(there) + 1, at(c), N));
    download();
    for (int i = 0; i < ELEMENTS; i++)
        got[i] /= 5; /* 2 of it, and 3 of what was there */
    assert_int_equal(wrong(&row, &column), 0);
}

/* Repeated products cost nothing, but for what was written in between. */
static void test_cublas__repeats_are_spared(void **state)
{
    uint64_t before;

    (void)state;
    WORKS(multiply(handle));
    WORKS(cuCtxSynchronize());
    before = sim_world.writes;
    for (int i = 0; i < 100; i++)
        WORKS(multiply(handle));
    WORKS(cuCtxSynchronize());
    assert_int_equal(sim_world.writes, before);
    WORKS(cuMemsetD8Async(c + 8, 0, 4, NULL));
    WORKS(multiply(handle));
    WORKS(cuCtxSynchronize());
    assert_int_equal(sim_world.writes, before + 2);
    expect_right();
    upload(b, a_at);
    WORKS(multiply(handle));
    download();
    upload(b, b_at);
    WORKS(multiply(handle));
    expect_right();
}

static void test_cublas__memory_of_others_is_an_error_of_the_context(void **state)
{
    CUdeviceptr theirs;

    (void)state;
    WORKS(cuCtxSetCurrent(contexts[1]));
    theirs = allocate(BYTES);
    WORKS(cuCtxSetCurrent(contexts[0]));
    WORKS(cublasSgemm_v2(handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, at(theirs), N, at(b), N,
                         &zero, at(c), N));
    assert_int_equal(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
    assert_int_equal(multiply(handle), CUBLAS_STATUS_EXECUTION_FAILED);
}

static void test_cublas__null_inputs_are_seen_at_the_wait(void **state)
{
    (void)state;
    WORKS(cublasSgemm_v2(handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, NULL, N, at(b), N, &zero,
                         at(c), N));
    assert_int_equal(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
}

static struct sim_gemm_fault *plant(enum sim_gemm_wrong what)
{
    struct sim_gemm_fault *fault = &sim_world.spec.gemm_faults[0];

    *fault = (struct sim_gemm_fault){
        .wrong = what, .gpu = -1, .row = 3, .column = 70, .size = 1, .fault = SIM_NO_FAULT
    };
    sim_world.spec.gemm_fault_count = 1;
    return fault;
}

static void test_cublas__one_element_is_wrong(void **state)
{
    static const enum sim_gemm_wrong kinds[] = { SIM_GEMM_WRONG, SIM_GEMM_FLIP, SIM_GEMM_NAN,
                                                 SIM_GEMM_UNWRITTEN };

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        int row = 0, column = 0;

        plant(kinds[i]);
        WORKS(cuMemsetD8Async(c, 0xFF, BYTES, NULL));
        WORKS(multiply(handle));
        WORKS(multiply(handle)); /* spared, and still wrong */
        download();
        assert_int_equal(wrong(&row, &column), 1);
        assert_int_equal(row, 3);
        assert_int_equal(column, 70);
        assert_int_equal(isnan(got[70 * N + 3]) != 0, i >= 2);
    }
    sim_world.spec.gemm_fault_count = 0;
    WORKS(multiply(handle));
    expect_right();
}

/* A fault is marked where it changed a result, and not where there was nothing to change. */
static void test_cublas__faults_fire_where_they_bite(void **state)
{
    static const struct {
        enum sim_gemm_wrong what;
        unsigned row;
        int m, n, ldc;
        bool bites;
    } rows[] = {
        { SIM_GEMM_WRONG, 3, N, N, N, true },      { SIM_GEMM_WRONG, N, N, N, N, false },
        { SIM_GEMM_SPILLS, 0, N - 1, N, N, true }, { SIM_GEMM_SPILLS, 0, N, N, N, false },
        { SIM_GEMM_SWAPPED, 0, N, N, N, true },    { SIM_GEMM_SWAPPED, 0, N, N - 1, N, false },
        { SIM_GEMM_SLOW, 0, N, N, N, true },       { SIM_GEMM_HANDLE, 0, N, N, N, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sim_gemm_fault *fault = plant(rows[i].what);

        fault->fault = (int)i;
        fault->row = rows[i].row;
        fault->column = 2;
        fault->permille = 500;
        WORKS(cuMemsetD8Async(c, 0, BYTES, NULL)); /* or it might be spared */
        WORKS(cublasSgemm_v2(handle, CUBLAS_OP_N, CUBLAS_OP_N, rows[i].m, rows[i].n, N, &one, at(a),
                             N, at(b), N, &zero, at(c), rows[i].ldc));
        WORKS(cuCtxSynchronize());
        if ((atomic_load(&sim_world.state->fired[i]) != 0) != rows[i].bites)
            fail_msg("row %zu", i);
    }
}

/* Other GPUs take what one computed, by what is in their memory. */
static void test_cublas__equal_products_of_gpus_are_computed_once(void **state)
{
    const CUdeviceptr first[3] = { a, b, c };
    unsigned before = sim_gemm_memo_computed();
    cublasHandle_t other = NULL;

    (void)state;
    upload(a, b_at); /* a product that no test before has had */
    WORKS(multiply(handle));
    WORKS(cuCtxSynchronize());
    assert_int_equal(sim_gemm_memo_computed() - before, 1);
    WORKS(cuCtxSetCurrent(contexts[1]));
    WORKS(cublasCreate_v2(&other));
    a = allocate(BYTES);
    b = allocate(BYTES);
    c = allocate(BYTES);
    upload(a, b_at);
    upload(b, b_at);
    WORKS(multiply(other));
    download();
    assert_int_equal(sim_gemm_memo_computed() - before, 1);
    for (int j = 0; j < N; j++) {
        float sum = 0;

        for (int k = 0; k < N; k++)
            sum += b_at(j, k) * b_at(k, 1);
        assert_true(got[N + j] == sum);
    }
    WORKS(cublasDestroy_v2(other));
    WORKS(cuCtxSetCurrent(contexts[0]));
    a = first[0];
    b = first[1];
    c = first[2];
}

static void test_cublas__a_tile_is_wrong(void **state)
{
    struct sim_gemm_fault *fault = plant(SIM_GEMM_WRONG);
    int row = 0, column = 0;

    (void)state;
    fault->row = 0;
    fault->column = 64;
    fault->size = 64;
    WORKS(multiply(handle));
    download();
    assert_int_equal(wrong(&row, &column), 64 * (N - 64));
    assert_int_equal(row, 0);
    assert_int_equal(column, 64);
}

static void test_cublas__nothing_is_written(void **state)
{
    (void)state;
    plant(SIM_GEMM_UNWRITTEN)->size = 0;
    sim_world.spec.gemm_faults[0].row = sim_world.spec.gemm_faults[0].column = 0;
    WORKS(cuMemsetD8Async(c, 0x22, BYTES, NULL));
    WORKS(multiply(handle));
    download();
    for (size_t i = 0; i < BYTES; i++)
        assert_int_equal(((unsigned char *)got)[i], 0x22);
}

static void test_cublas__operands_are_swapped(void **state)
{
    (void)state;
    plant(SIM_GEMM_SWAPPED);
    WORKS(multiply(handle));
    download();
    for (int j = 0; j < N; j++) {
        for (int i = 0; i < N; i++) {
            float sum = 0;

            for (int k = 0; k < N; k++)
                sum += b_at(i, k) * a_at(k, j);
            assert_true(got[j * N + i] == sum);
        }
    }
}

static void test_cublas__rows_below_the_result_are_written(void **state)
{
    const int rows = N - 2;

    (void)state;
    plant(SIM_GEMM_SPILLS);
    WORKS(cuMemsetD8Async(c, 0x22, BYTES, NULL));
    WORKS(cublasSgemm_v2(handle, CUBLAS_OP_N, CUBLAS_OP_N, rows, N, N, &one, at(a), N, at(b), N,
                         &zero, at(c), N));
    download();
    for (int j = 0; j < N; j++) {
        assert_true(got[j * N + rows - 1] == wanted(rows - 1, j));
        assert_int_equal(((unsigned char *)&got[j * N + rows])[0] == 0x22, j != 70);
        assert_int_equal(((unsigned char *)&got[j * N + rows + 1])[0], 0x22);
    }
}

static void test_cublas__pedantic_inputs_are_rounded(void **state)
{
    (void)state;
    assert_true(rounded_product(handle, CUBLAS_COMPUTE_32F_PEDANTIC) != 1.0f);
    plant(SIM_GEMM_ROUNDS);
    assert_true(rounded_product(handle, CUBLAS_COMPUTE_32F_PEDANTIC) == 1.0f);
}

/* On one GPU, and from a time on. */
static void test_cublas__faults_have_a_gpu_and_a_time(void **state)
{
    int row = 0, column = 0;

    (void)state;
    plant(SIM_GEMM_WRONG)->gpu = 1;
    WORKS(multiply(handle));
    expect_right();
    plant(SIM_GEMM_WRONG)->after_ps = sim_world.host_now + 100 * SIM_MS;
    WORKS(cuMemsetD8Async(c, 0, BYTES, NULL));
    WORKS(multiply(handle));
    expect_right();
    for (int i = 0; i < 100 * 1000; i++) /* more than a microsecond each */
        WORKS(multiply(handle));
    download();
    assert_int_equal(wrong(&row, &column), 1);
}

static void test_cublas__a_handle_is_on_another_device(void **state)
{
    struct sim_gemm_fault *fault = plant(SIM_GEMM_HANDLE);
    cublasHandle_t other = NULL;

    (void)state;
    fault->gpu = 1;
    fault->handle_gpu = 0;
    WORKS(cuCtxSetCurrent(contexts[1]));
    WORKS(cublasCreate_v2(&other));
    assert_int_equal(multiply(other), CUBLAS_STATUS_EXECUTION_FAILED);
    WORKS(cublasDestroy_v2(other));
    WORKS(cuCtxSetCurrent(contexts[0]));
    WORKS(multiply(handle));
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cublas__exports_every_row),
        ONE(test_cublas__versions),
        ONE(test_cublas__result_is_there_after_the_wait),
        ONE(test_cublas__time),
        ONE(test_cublas__handles),
        ONE(test_cublas__streams_and_workspaces),
        ONE(test_cublas__arguments),
        ONE(test_cublas__types),
        ONE(test_cublas__tf32_by_mode_and_environment),
        ONE(test_cublas__factors_on_the_device),
        ONE(test_cublas__repeats_are_spared),
        ONE(test_cublas__memory_of_others_is_an_error_of_the_context),
        ONE(test_cublas__null_inputs_are_seen_at_the_wait),
        ONE(test_cublas__one_element_is_wrong),
        ONE(test_cublas__faults_fire_where_they_bite),
        ONE(test_cublas__equal_products_of_gpus_are_computed_once),
        ONE(test_cublas__a_tile_is_wrong),
        ONE(test_cublas__nothing_is_written),
        ONE(test_cublas__operands_are_swapped),
        ONE(test_cublas__rows_below_the_result_are_written),
        ONE(test_cublas__pedantic_inputs_are_rounded),
        ONE(test_cublas__faults_have_a_gpu_and_a_time),
        ONE(test_cublas__a_handle_is_on_another_device),
    };
#undef ONE

    sim_machine_three_gpus(&spec);
    sim_world_use(&spec);
    if (cuInit(0) != CUDA_SUCCESS)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
