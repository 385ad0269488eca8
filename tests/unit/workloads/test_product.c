/* SPDX-License-Identifier: Apache-2.0 */
/* What decides how products are measured, when they are judged, and what a wrong one is told as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "workloads/sgemm/check.h"
#include "workloads/sgemm/speed.h"

static void test_bytes__what_was_asked_or_what_there_is(void **state)
{
    const uint64_t wanted = 3ULL * 8192 * 8192 * 8;

    (void)state;
    assert_true(gst_product_bytes(0, 0, 0) == wanted);
    assert_true(gst_product_bytes(0, 64ULL << 30, 64ULL << 30) == wanted);
    assert_true(gst_product_bytes(0, 4 * wanted, 2 * wanted) == wanted);
    assert_true(gst_product_bytes(0, 1ULL << 30, 0) == 256ULL << 20);
    assert_true(gst_product_bytes(0, 0, 1ULL << 30) == 512ULL << 20);
    assert_true(gst_product_bytes(0, 1ULL << 30, 256ULL << 20) == 128ULL << 20);
    /* What was asked for is not what the host can spare, but cannot be more than fits. */
    assert_true(gst_product_bytes(16 << 20, 1, 0) == 16 << 20);
    assert_true(gst_product_bytes(16 << 20, 0, 16 << 20) == 8 << 20);
}

static void test_warm_ups__for_three_tenths_of_a_second(void **state)
{
    (void)state;
    assert_int_equal(gst_product_warm_ups(0.1), 3);
    assert_int_equal(gst_product_warm_ups(1), 3);
    assert_int_equal(gst_product_warm_ups(0.004), 75);
    assert_int_equal(gst_product_warm_ups(1e-6), 128);
    assert_int_equal(gst_product_warm_ups(0), 128);
}

static void test_repeats__for_ten_milliseconds(void **state)
{
    (void)state;
    assert_int_equal(gst_product_repeats(0.1), 1);
    assert_int_equal(gst_product_repeats(0.01), 1);
    assert_int_equal(gst_product_repeats(0.004), 3);
    assert_int_equal(gst_product_repeats(1e-6), 16);
    assert_int_equal(gst_product_repeats(0), 16);
}

/* Clocks that rise during the first interval make no product smaller than it has to be. */
static void test_trial__best_interval(void **state)
{
    static const double cold[] = { 0.8, 0.016, 0.024 };

    (void)state;
    assert_true(fabs(gst_product_trial_s(cold, 3, 8) - 0.002) < 1e-12);
    assert_true(fabs(gst_product_trial_s(cold, 1, 8) - 0.1) < 1e-12);
}

/* 8192 / 128 squared are 4096 tiles, 1664 / 128 squared 169. */
static void test_fills__four_rounds_of_tiles(void **state)
{
    (void)state;
    assert_true(gst_product_fills(8192, 132));
    assert_true(gst_product_fills(4096, 148));
    assert_false(gst_product_fills(2048, 132));
    assert_true(gst_product_fills(1664, 40));
    assert_false(gst_product_fills(1536, 40));
    assert_false(gst_product_fills(768, 40));
}

static void test_finding__of_each_kind_of_wrong(void **state)
{
    static const struct {
        enum gst_gemm_wrong_kind kind;
        struct gst_blas_changes changes;
        enum gst_finding_id finding;
    } rows[] = {
        { GST_GEMM_WRONG_ELEMENTS, { .is_changed = false }, GST_HARDWARE_PRODUCT_WRONG },
        { GST_GEMM_WRONG_TILE, { .is_changed = false }, GST_HARDWARE_PRODUCT_TILE },
        { GST_GEMM_WRONG_NAN, { .is_changed = false }, GST_HARDWARE_PRODUCT_NAN },
        { GST_GEMM_WRONG_UNWRITTEN, { .is_changed = false }, GST_HARDWARE_PRODUCT_UNWRITTEN },
        { GST_GEMM_WRONG_OUTSIDE, { .is_changed = false }, GST_HARDWARE_PRODUCT_OUTSIDE },
        { GST_GEMM_WRONG_SWAPPED, { .is_changed = false }, GST_IMAGE_CUBLAS_SWAPPED },
        { GST_GEMM_WRONG_TF32, { .is_changed = false }, GST_IMAGE_CUBLAS_ROUNDS },
        { GST_GEMM_WRONG_TF32, { .without_tf32 = true }, GST_IMAGE_CUBLAS_ROUNDS },
        { GST_GEMM_WRONG_TF32, { .is_forced = true }, GST_USER_TF32_FORCED },
        { GST_GEMM_WRONG_TF32, { .emulates_single = true }, GST_USER_TF32_FORCED },
        { GST_GEMM_WRONG_TF32, { .emulates_double = true }, GST_IMAGE_CUBLAS_ROUNDS },
        /* A variable explains no other kind of wrong. */
        { GST_GEMM_WRONG_ELEMENTS, { .is_forced = true }, GST_HARDWARE_PRODUCT_WRONG },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(gst_product_finding(rows[i].kind, &rows[i].changes), rows[i].finding);
}

/* What is not emulated keeps its bars. */
static void test_is_emulated__in_the_precision_that_is_asked_for(void **state)
{
    static const struct {
        struct gst_product_kind kind;
        bool by_single, by_double;
    } rows[] = {
        { { "fp32", GST_GEMM_FP32, false, NULL }, false, false },
        { { "fp32-default", GST_GEMM_FP32, true, NULL }, true, false },
        { { "tf32", GST_GEMM_TF32, false, NULL }, false, false },
        { { "fp64", GST_GEMM_FP64, false, NULL }, false, true },
        { { "fp16", GST_GEMM_FP16, false, NULL }, false, false },
        { { "bf16", GST_GEMM_BF16, false, NULL }, false, false },
    };
    const struct gst_blas_changes none = { .is_forced = true };
    const struct gst_blas_changes by_single = { .emulates_single = true };
    const struct gst_blas_changes by_double = { .emulates_double = true };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_false(gst_product_is_emulated(&rows[i].kind, &none));
        assert_int_equal(gst_product_is_emulated(&rows[i].kind, &by_single), rows[i].by_single);
        assert_int_equal(gst_product_is_emulated(&rows[i].kind, &by_double), rows[i].by_double);
    }
}

static void test_shape_side__half_and_no_more_than_the_host_likes(void **state)
{
    (void)state;
    assert_int_equal(gst_product_shape_side(128), 64);
    assert_int_equal(gst_product_shape_side(768), 384);
    assert_int_equal(gst_product_shape_side(8192), 1024);
}

/* Every multiprocessor of the largest GPU has tiles at each level. */
static void test_square_side__fills_gpus_at_each_level(void **state)
{
    (void)state;
    assert_true(gst_product_fills(gst_product_square_side(8192, false), 160));
    assert_true(gst_product_fills(gst_product_square_side(8192, true), 160));
}

static void test_square_side__as_large_as_sums_are_exact(void **state)
{
    (void)state;
    assert_int_equal(gst_product_square_side(768, true), 768);
    assert_int_equal(gst_product_square_side(8192, true), 8192);
    assert_int_equal(gst_product_square_side(16384, true), 8192);
    assert_int_equal(gst_product_square_side(768, false), 768);
    assert_int_equal(gst_product_square_side(4096, false), 4096);
    assert_int_equal(gst_product_square_side(8192, false), 4096);
    assert_int_equal(gst_product_square_side(16384, false), 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes__what_was_asked_or_what_there_is),
        cmocka_unit_test(test_warm_ups__for_three_tenths_of_a_second),
        cmocka_unit_test(test_repeats__for_ten_milliseconds),
        cmocka_unit_test(test_trial__best_interval),
        cmocka_unit_test(test_fills__four_rounds_of_tiles),
        cmocka_unit_test(test_finding__of_each_kind_of_wrong),
        cmocka_unit_test(test_square_side__fills_gpus_at_each_level),
        cmocka_unit_test(test_square_side__as_large_as_sums_are_exact),
        cmocka_unit_test(test_is_emulated__in_the_precision_that_is_asked_for),
        cmocka_unit_test(test_shape_side__half_and_no_more_than_the_host_likes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
