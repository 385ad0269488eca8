/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes of burn's products and rounds against numbers done by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/burn/plan.h"

#define GIB ((uint64_t)1 << 30)
#define MIB ((uint64_t)1 << 20)

static void test_burn_plan__side(void **state)
{
    static const struct {
        uint64_t size_bytes, free_bytes, host_bytes;
        double expected;
        int side;
    } rows[] = {
        { 0, 79 * GIB, 0, 33e12, 8192 },       /* H100: 33 ms */
        { 0, 22 * GIB, 0, 15e12, 4096 },       /* L4: 73 ms at 8192 are too long, 9 ms */
        { 0, 2 * GIB, 0, 33e12, 4096 },        /* 7 x 256 MiB are more than 1.6 GiB */
        { 0, 79 * GIB, 1 * GIB, 33e12, 4096 }, /* 5 x 256 MiB are no part of 1 GiB */
        { 0, 79 * GIB, 2 * GIB, 33e12, 4096 }, /* nor than half of 2 */
        { 0, 79 * GIB, 3 * GIB, 33e12, 8192 },
        { 16 * MIB, 79 * GIB, 0, 33e12, 2048 }, /* 2048 x 2048 x 4 */
        { 20 * MIB, 79 * GIB, 0, 33e12, 2176 }, /* sqrt(5242880) = 2289.7: 17 x 128 */
        { 64 * GIB, 79 * GIB, 0, 33e12, 8192 }, /* never larger */
        { 1, 79 * GIB, 0, 33e12, 128 },         /* never smaller */
        { 0, 1, 0, 1e6, 128 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gst_burn_side(rows[i].size_bytes, rows[i].free_bytes, rows[i].host_bytes,
                                       rows[i].expected),
                         rows[i].side);
}

/* A tenth of a second of four products each. */
static void test_burn_plan__passes(void **state)
{
    (void)state;
    assert_int_equal(gst_burn_passes(0.02), 1);
    assert_int_equal(gst_burn_passes(0.3), 1);
    assert_int_equal(gst_burn_passes(0.01), 2);    /* 0.1 / 0.04 = 2.5 */
    assert_int_equal(gst_burn_passes(0.6e-3), 41); /* 0.1 / 0.0024 = 41.7 */
    assert_int_equal(gst_burn_passes(1e-4), 48);
    assert_int_equal(gst_burn_passes(0), 48);
    assert_int_equal(gst_burn_passes(1e-12), 48);
}

/* All of the time is FP32's where no GPU has tensor cores. */
static void test_burn_plan__types(void **state)
{
    (void)state;
    assert_int_equal(gst_burn_type_count(6), 1);
    assert_int_equal(gst_burn_type_count(7), 2);
    assert_int_equal(gst_burn_type_count(12), 2);
    assert_true(gst_burn_tries(GST_GEMM_FP32, 5));
    assert_false(gst_burn_tries(GST_GEMM_FP16, 6));
    assert_true(gst_burn_tries(GST_GEMM_FP16, 7));
}

static void test_burn_plan__first_readings_are_spread(void **state)
{
    static const struct {
        int index, count;
        double wanted_s, first_s;
    } rows[] = {
        { 0, 1, 30, 0 },        { 0, 8, 30, 0 },  { 2, 8, 30, 0.25 },
        { 7, 8, 30, 0.875 },    { 1, 2, 2, 0.5 }, /* the first half is a second */
        { 1, 2, 0.25, 0.0625 },                   /* of an eighth of a second */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(gst_burn_first_reading_s(rows[i].index, rows[i].count, rows[i].wanted_s)
                    == rows[i].first_s);
}

static void test_burn_plan__expected(void **state)
{
    const struct gst_gemm_gpu t4 = {
        .name = "Tesla T4", .cc_major = 7, .cc_minor = 5, .sms = 40, .clock_hz = 1.59e9
    };
    const struct gst_gemm_gpu unknown = { .name = "NVIDIA X1", .cc_major = 13, .sms = 200 };

    (void)state;
    /* 40 x 1.59 GHz x 64 x 2 / 2 = 4.0704e12 */
    assert_true(gst_burn_expected(GST_GEMM_FP32, &t4) > 4.07e12);
    assert_true(gst_burn_expected(GST_GEMM_FP32, &t4) < 4.08e12);
    assert_true(gst_burn_expected(GST_GEMM_FP32, &unknown) > 3.99e12);
    assert_true(gst_burn_expected(GST_GEMM_FP32, &unknown) < 4.01e12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_plan__side),
        cmocka_unit_test(test_burn_plan__passes),
        cmocka_unit_test(test_burn_plan__types),
        cmocka_unit_test(test_burn_plan__first_readings_are_spread),
        cmocka_unit_test(test_burn_plan__expected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
