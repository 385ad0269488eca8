/* SPDX-License-Identifier: Apache-2.0 */
/* How large products are, and how many of them are measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "gpu/gemm/shape.h"
#include "workloads/sgemm/plan.h"

static void test_bytes__what_was_asked_or_what_there_is(void **state)
{
    const uint64_t wanted = 3ULL * 8192 * 8192 * 8;

    (void)state;
    assert_true(gst_sgemm_bytes(0, 0, 0) == wanted);
    assert_true(gst_sgemm_bytes(0, 64ULL << 30, 64ULL << 30) == wanted);
    assert_true(gst_sgemm_bytes(0, 4 * wanted, 2 * wanted) == wanted);
    assert_true(gst_sgemm_bytes(0, 1ULL << 30, 0) == 256ULL << 20);
    assert_true(gst_sgemm_bytes(0, 0, 1ULL << 30) == 512ULL << 20);
    assert_true(gst_sgemm_bytes(0, 1ULL << 30, 256ULL << 20) == 128ULL << 20);
    /* What was asked for may take more of the host, but cannot be more than fits. */
    assert_true(gst_sgemm_bytes(16 << 20, 32 << 20, 0) == 16 << 20);
    assert_true(gst_sgemm_bytes(16 << 20, 16 << 20, 0) == 8 << 20);
    assert_true(gst_sgemm_bytes(16 << 20, 0, 16 << 20) == 8 << 20);
}

static void test_tell_left__says_what_is_not_known(void **state)
{
    char text[96];

    (void)state;
    assert_string_equal(gst_sgemm_tell_left(text, sizeof(text), 64 << 20, 12ULL << 30),
                        "left to the host: 64 MiB; free on the fullest GPU: 12 GiB");
    assert_string_equal(gst_sgemm_tell_left(text, sizeof(text), 0, 0),
                        "left to the host: unknown; free on the fullest GPU: unknown");
}

static void test_warm_ups__for_three_tenths_of_a_second(void **state)
{
    (void)state;
    assert_int_equal(gst_sgemm_warm_ups(0.1), 3);
    assert_int_equal(gst_sgemm_warm_ups(1), 3);
    assert_int_equal(gst_sgemm_warm_ups(0.004), 75);
    assert_int_equal(gst_sgemm_warm_ups(0.0015), 200);
    assert_int_equal(gst_sgemm_warm_ups(0.00064), 469);
    assert_int_equal(gst_sgemm_warm_ups(1e-6), 128);
    assert_int_equal(gst_sgemm_warm_ups(0), 128);
    assert_int_equal(gst_sgemm_warm_ups((double)NAN), 3);
}

static void test_repeats__for_ten_milliseconds(void **state)
{
    (void)state;
    assert_int_equal(gst_sgemm_repeats(0.1), 1);
    assert_int_equal(gst_sgemm_repeats(0.01), 1);
    assert_int_equal(gst_sgemm_repeats(0.004), 3);
    assert_int_equal(gst_sgemm_repeats(1e-6), 16);
    assert_int_equal(gst_sgemm_repeats(0), 16);
    assert_int_equal(gst_sgemm_repeats((double)NAN), 1);
}

/* Clocks that rise during the first interval make no product smaller than it has to be. */
static void test_trial__side(void **state)
{
    (void)state;
    assert_int_equal(gst_sgemm_side_tried(8192), 2048);
    assert_int_equal(gst_sgemm_side_tried(2176), 2048);
    assert_int_equal(gst_sgemm_side_tried(2048), 1024);
    assert_int_equal(gst_sgemm_side_tried(1152), 1024);
}

/* 50 ms to begin with, 10 ms for an interval. */
static void test_trial__how_many(void **state)
{
    (void)state;
    assert_int_equal(gst_sgemm_trial_warm_ups(1.1e-3), 46); /* L4, FP32 */
    assert_int_equal(gst_sgemm_trial_warm_ups(0.068), 1);   /* T4, FP64 */
    assert_int_equal(gst_sgemm_trial_warm_ups(1e-6), 256);
    assert_int_equal(gst_sgemm_trial_products(1.1e-3), 8);
    assert_int_equal(gst_sgemm_trial_products(4e-3), 3);
    assert_int_equal(gst_sgemm_trial_products(0.068), 1);
}

static void test_trial__best_interval(void **state)
{
    static const double cold[] = { 0.8, 0.016, 0.024 };

    (void)state;
    assert_true(fabs(gst_sgemm_trial_s(cold, 3, 8) - 0.002) < 1e-12);
    assert_true(fabs(gst_sgemm_trial_s(cold, 1, 8) - 0.1) < 1e-12);
}

/* A side four times as long is 64 times the work. */
static void test_trial__enough(void **state)
{
    const double enough_s = gst_sgemm_trial_enough_s(2048, 8192, 0.1);

    (void)state;
    assert_true(fabs(enough_s - 0.1 / 64) < 1e-12);
    /* What takes no more leads to the side that is wanted, and what takes more to a smaller one. */
    assert_int_equal(gst_gemm_side_in_time(8192, 2.0 * 2048 * 2048 * 2048 / (enough_s * 0.999), 0.1,
                                           GST_SGEMM_SIDE_LEAST),
                     8192);
    assert_int_equal(gst_gemm_side_in_time(8192, 2.0 * 2048 * 2048 * 2048 / (enough_s * 1.001), 0.1,
                                           GST_SGEMM_SIDE_LEAST),
                     4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes__what_was_asked_or_what_there_is),
        cmocka_unit_test(test_tell_left__says_what_is_not_known),
        cmocka_unit_test(test_warm_ups__for_three_tenths_of_a_second),
        cmocka_unit_test(test_repeats__for_ten_milliseconds),
        cmocka_unit_test(test_trial__side),
        cmocka_unit_test(test_trial__how_many),
        cmocka_unit_test(test_trial__best_interval),
        cmocka_unit_test(test_trial__enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
