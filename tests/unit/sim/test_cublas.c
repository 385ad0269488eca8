/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The double of libcublas on the machine of sim_machine.h: what it exports, the rules for handles
 * and arguments, when a result is there, and how long it takes.
 */
#include <dlfcn.h>
#include <math.h>

#include "cublas_fixture.h"
#include "model/gemm_memo.h"

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
    WORKS(cublasGetVersion_v2(NULL, &version));
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

/* A bit that turns over does so in memory of the program's, not in what the handle brings along. */
static void test_cublas__workspaces_keep_no_faults_of_memory(void **state)
{
    struct sim_spec_gpu *gpu = &sim_world.spec.gpus[0];
    cublasHandle_t other = NULL;
    unsigned char seen = 0;
    CUdeviceptr memory;

    (void)state;
    gpu->flips[0] = (struct sim_spec_flip){ .byte = 0, .bit = 3, .fault = 60 };
    gpu->flip_count = 1;
    WORKS(cublasCreate_v2(&other));
    memory = allocate(BYTES);
    gpu->flip_count = 0;
    WORKS(cuMemsetD8Async(memory, 0, BYTES, NULL));
    WORKS(cuMemcpyDtoH_v2(&seen, memory, 1));
    assert_int_equal(seen, 1 << 3);
    WORKS(cublasDestroy_v2(other));
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

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cublas__exports_every_row),
        ONE(test_cublas__versions),
        ONE(test_cublas__result_is_there_after_the_wait),
        ONE(test_cublas__time),
        ONE(test_cublas__handles),
        ONE(test_cublas__workspaces_keep_no_faults_of_memory),
        ONE(test_cublas__streams_and_workspaces),
        ONE(test_cublas__arguments),
        ONE(test_cublas__types),
        ONE(test_cublas__tf32_by_mode_and_environment),
        ONE(test_cublas__factors_on_the_device),
        ONE(test_cublas__repeats_are_spared),
        ONE(test_cublas__memory_of_others_is_an_error_of_the_context),
        ONE(test_cublas__null_inputs_are_seen_at_the_wait),
        ONE(test_cublas__equal_products_of_gpus_are_computed_once),
    };
#undef ONE

    return use_machine() != CUDA_SUCCESS || cmocka_run_group_tests(tests, NULL, NULL);
}
