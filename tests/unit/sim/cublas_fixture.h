/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of the double of libcublas share: two matrices of small whole numbers on GPU 0 of
 * sim_machine.h, a handle, and the product as its definition says it. Included by one file per
 * program.
 */
#ifndef TEST_CUBLAS_FIXTURE_H
#define TEST_CUBLAS_FIXTURE_H

#include <stdlib.h>

#include "cublas_prototypes.h"
#include "cuda_fixture.h"
#include "sim_machine.h"

#define WORKS(call) assert_int_equal(call, 0)
#define N           96
#define ELEMENTS    (N * N)
#define BYTES       (ELEMENTS * sizeof(float))

static struct sim_spec spec;
static cublasHandle_t handle;
static CUdeviceptr a, b, c;
static const float one = 1, zero = 0;

static inline float *at(CUdeviceptr address)
{
    return (float *)(uintptr_t)address;
}

static inline float a_at(int row, int column)
{
    return (float)((row * 5 + column * 3) % 7 - 3);
}

static inline float b_at(int row, int column)
{
    return (float)((row * 2 + column * 11) % 5 - 2);
}

static inline void upload(CUdeviceptr to, float (*value)(int, int))
{
    static float numbers[ELEMENTS];

    for (int j = 0; j < N; j++) {
        for (int i = 0; i < N; i++)
            numbers[j * N + i] = value(i, j);
    }
    WORKS(cuMemcpyHtoD_v2(to, numbers, BYTES));
}

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
    sim_world.spec.gemm_fault_count = 0;
    cuCtxSetCurrent(contexts[0]);
    cublasDestroy_v2(handle);
    return teardown(state);
}

static inline cublasStatus_t multiply(cublasHandle_t by)
{
    return cublasSgemm_v2(by, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, at(a), N, at(b), N, &zero,
                          at(c), N);
}

static float got[ELEMENTS];

static inline void download(void)
{
    WORKS(cuCtxSynchronize());
    WORKS(cuMemcpyDtoH_v2(got, c, BYTES));
}

static inline float wanted(int row, int column)
{
    float sum = 0;

    for (int k = 0; k < N; k++)
        sum += a_at(row, k) * b_at(k, column);
    return sum;
}

/* How many elements are wrong, and the first of them. */
static inline int wrong(int *row, int *column)
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

static inline void expect_right(void)
{
    int row = 0, column = 0;

    download();
    assert_int_equal(wrong(&row, &column), 0);
}

/* One product whose inputs have a bit more than TF32 holds. */
static inline float rounded_product(cublasHandle_t by, cublasComputeType_t compute)
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

/* The process has the machine from here on; no test has run yet. */
static inline int use_machine(void)
{
    sim_machine_three_gpus(&spec);
    sim_world_use(&spec);
    return cuInit(0);
}

#endif
