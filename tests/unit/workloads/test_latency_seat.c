/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a load and a page cannot be quicker than, and how many bytes the pages of some samples hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "workloads/latency/seat.h"

static void near(double seen, double expected)
{
    assert_true(fabs(seen - expected) < 1e-6 * expected);
}

/* 28 clocks of 1980 MHz. */
static void test_latency_seat__no_load_beats_the_nearest_cache(void **state)
{
    const struct gst_gpu gpu = { .clock_khz = 1980000 }, no_clock = { .clock_khz = 0 };
    const struct gst_bar bar = gst_latency_bar_of_load(&gpu);
    const struct gst_bar none = gst_latency_bar_of_load(&no_clock);

    (void)state;
    assert_true(bar.lower_is_better && none.lower_is_better);
    near(bar.ceiling, 14.1414141e-9);
    assert_true(isnan(bar.floor) && isnan(none.floor) && isnan(none.ceiling));
    assert_string_equal(bar.ceiling_from, "28 clocks, the nearest cache");
    assert_int_equal(gst_judge(560e-9, &bar), GST_NOT_JUDGED);
    assert_int_equal(gst_judge(10e-9, &bar), GST_ERROR);
    assert_int_equal(gst_judge(0, &bar), GST_ERROR);
    assert_int_equal(gst_judge(0, &none), GST_ERROR);
}

/* 4096 bytes at 64 GB/s. */
static void test_latency_seat__no_page_beats_its_link(void **state)
{
    const struct gst_bar bar = gst_latency_bar_of_page(64e9, "a link");
    static const double no_rates[] = { NAN, INFINITY, 0, -1 };

    (void)state;
    assert_true(bar.lower_is_better);
    near(bar.ceiling, 64e-9);
    assert_true(isnan(bar.floor));
    assert_string_equal(bar.ceiling_from, "a link");
    for (size_t i = 0; i < sizeof(no_rates) / sizeof(no_rates[0]); i++) {
        const struct gst_bar none = gst_latency_bar_of_page(no_rates[i], "");

        assert_true(none.lower_is_better && isnan(none.floor) && isnan(none.ceiling));
    }
}

static void test_latency_seat__each_sample_has_its_page(void **state)
{
    (void)state;
    assert_int_equal(gst_small_copies_bytes(1), 4096);
    assert_int_equal(gst_small_copies_bytes(16), 65536);
    assert_int_equal(gst_small_copies_bytes(48), 196608);
    assert_int_equal(gst_small_copies_bytes(1000), 196608);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latency_seat__no_load_beats_the_nearest_cache),
        cmocka_unit_test(test_latency_seat__no_page_beats_its_link),
        cmocka_unit_test(test_latency_seat__each_sample_has_its_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
