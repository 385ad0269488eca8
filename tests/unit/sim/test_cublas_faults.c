/* SPDX-License-Identifier: Apache-2.0 */
/* What faults do to products of matrices, where, when, and to what else not. */
#include <math.h>

#include "cublas_fixture.h"

static struct sim_gemm_fault *plant(enum sim_gemm_wrong what)
{
    struct sim_gemm_fault *fault = &sim_world.spec.gemm_faults[0];

    *fault = (struct sim_gemm_fault){
        .wrong = what, .gpu = -1, .row = 3, .column = 70, .size = 1, .fault = SIM_NO_FAULT
    };
    sim_world.spec.gemm_fault_count = 1;
    return fault;
}

static void test_cublas_faults__one_element_is_wrong(void **state)
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
static void test_cublas_faults__faults_fire_where_they_bite(void **state)
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

static void test_cublas_faults__a_tile_is_wrong(void **state)
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

static void test_cublas_faults__nothing_is_written(void **state)
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

static void test_cublas_faults__operands_are_swapped(void **state)
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

static void test_cublas_faults__rows_below_the_result_are_written(void **state)
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

static void test_cublas_faults__pedantic_inputs_are_rounded(void **state)
{
    (void)state;
    assert_true(rounded_product(handle, CUBLAS_COMPUTE_32F_PEDANTIC) != 1.0f);
    plant(SIM_GEMM_ROUNDS);
    assert_true(rounded_product(handle, CUBLAS_COMPUTE_32F_PEDANTIC) == 1.0f);
}

/* On one GPU, and from a time on. */
static void test_cublas_faults__faults_have_a_gpu_and_a_time(void **state)
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

static void test_cublas_faults__a_handle_is_on_another_device(void **state)
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
        ONE(test_cublas_faults__one_element_is_wrong),
        ONE(test_cublas_faults__faults_fire_where_they_bite),
        ONE(test_cublas_faults__a_tile_is_wrong),
        ONE(test_cublas_faults__nothing_is_written),
        ONE(test_cublas_faults__operands_are_swapped),
        ONE(test_cublas_faults__rows_below_the_result_are_written),
        ONE(test_cublas_faults__pedantic_inputs_are_rounded),
        ONE(test_cublas_faults__faults_have_a_gpu_and_a_time),
        ONE(test_cublas_faults__a_handle_is_on_another_device),
    };
#undef ONE

    return use_machine() != CUDA_SUCCESS || cmocka_run_group_tests(tests, NULL, NULL);
}
