/* SPDX-License-Identifier: Apache-2.0 */
/* How long a GPU is kept busy for what the host needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collective/cover.h"

#define HOP_S 250e-9

/* 4 times 500 us are 8000 loads of 250 ns; 1 ms is 4000, and 10 ms are 40000. */
static void test_cover__lasts_several_times_what_the_host_took(void **state)
{
    static const struct {
        double host_s;
        uint32_t hops;
    } rows[] = { { 500e-6, 8000 }, { 0, 4000 }, { 100e-6, 4000 }, { 4e-3, 40000 }, { 2, 40000 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_in_range(gst_cover_hops(HOP_S, rows[i].host_s, 1), rows[i].hops, rows[i].hops + 1);
    }
}

/* A timer that saw no time pass is no reason for none, or for hours. */
static void test_cover__without_a_time_of_a_load_is_of_some_length(void **state)
{
    (void)state;
    assert_in_range(gst_cover_hops(0, 1e-3, 1), 1000, 100000);
}

static void test_cover__grows_up_to_its_limit(void **state)
{
    struct gst_cover cover = { .hop_s = HOP_S, .growth = 1 };

    (void)state;
    gst_cover_fit(&cover, 500e-6);
    gst_cover_grow(&cover);
    assert_in_range(cover.hops, 12000, 12001);
    for (int i = 0; i < 20; i++)
        gst_cover_grow(&cover);
    assert_in_range(cover.hops, 40000, 40001);
}

/* Each case fits it anew, and in place has two samples: what one case taught is true of the next,
 * in proportion. 1.5 x 1.5 x 4 x 500 us are 18000 loads, and of the least 9000. */
static void test_cover__keeps_what_it_has_grown(void **state)
{
    struct gst_cover cover = { .hop_s = HOP_S, .growth = 1 };

    (void)state;
    gst_cover_fit(&cover, 1e-3);
    gst_cover_grow(&cover);
    gst_cover_grow(&cover);
    gst_cover_fit(&cover, 500e-6);
    assert_in_range(cover.hops, 18000, 18001);
    gst_cover_fit(&cover, 0);
    assert_in_range(cover.hops, 9000, 9001);
    for (int i = 0; i < 20; i++)
        gst_cover_grow(&cover);
    gst_cover_fit(&cover, 1);
    assert_in_range(cover.hops, 40000, 40001);
}

static void test_cover__a_zeroed_one_is_closed(void **state)
{
    struct gst_cover cover = { .memory = 0 };

    (void)state;
    gst_cover_close(&cover);
    assert_null(cover.lane.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cover__lasts_several_times_what_the_host_took),
        cmocka_unit_test(test_cover__without_a_time_of_a_load_is_of_some_length),
        cmocka_unit_test(test_cover__grows_up_to_its_limit),
        cmocka_unit_test(test_cover__keeps_what_it_has_grown),
        cmocka_unit_test(test_cover__a_zeroed_one_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
