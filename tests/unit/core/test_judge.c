/* SPDX-License-Identifier: Apache-2.0 */
/* Every verdict that a number can get, on both sides of each bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/judge.h"

static void test_judge__table(void **state)
{
    static const struct {
        double value, floor, ceiling;
        bool lower_is_better;
        enum gst_verdict verdict;
    } rows[] = {
        { 80, 70, 100, false, GST_PASS },
        { 70, 70, 100, false, GST_PASS },
        { 69.9, 70, 100, false, GST_FAIL },
        { 101.9, 70, 100, false, GST_PASS }, /* within the two percent */
        { 102.1, 70, 100, false, GST_ERROR },
        { 80, NAN, 100, false, GST_NOT_JUDGED },
        { 103, NAN, 100, false, GST_ERROR }, /* impossible, judged or not */
        { 1e30, 70, NAN, false, GST_PASS },
        { 80, NAN, NAN, false, GST_NOT_JUDGED },
        { 0, NAN, NAN, false, GST_ERROR },
        { -1, 70, 100, false, GST_ERROR },
        { NAN, 70, 100, false, GST_ERROR },
        { INFINITY, NAN, NAN, false, GST_ERROR },
        /* a latency: at most 10, never below 2 */
        { 5, 10, 2, true, GST_PASS },
        { 10, 10, 2, true, GST_PASS },
        { 10.1, 10, 2, true, GST_FAIL },
        { 1.97, 10, 2, true, GST_PASS },
        { 1.95, 10, 2, true, GST_ERROR },
        { 0, 10, NAN, true, GST_ERROR },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_bar bar = { .floor = rows[i].floor,
                               .ceiling = rows[i].ceiling,
                               .lower_is_better = rows[i].lower_is_better };

        if (gst_judge(rows[i].value, &bar) != rows[i].verdict)
            fail_msg("row %zu", i);
    }
}

static void test_judge__no_bar_judges_nothing(void **state)
{
    struct gst_bar bar = gst_bar_none();

    (void)state;
    assert_int_equal(gst_judge(1, &bar), GST_NOT_JUDGED);
}

static void test_judge__a_site_cannot_pass_physics(void **state)
{
    struct gst_bar bar = { .floor = 70, .ceiling = 100 };
    struct gst_bar latency = { .floor = 10, .ceiling = 2, .lower_is_better = true };

    (void)state;
    assert_true(gst_bar_override(&bar, 90, "site file bars.json"));
    assert_true(bar.floor == 90);
    assert_string_equal(bar.floor_from, "site file bars.json");
    assert_false(gst_bar_override(&bar, 101, "x"));
    assert_false(gst_bar_override(&bar, NAN, "x"));
    assert_false(gst_bar_override(&bar, 0, "x"));
    assert_true(bar.floor == 90);
    assert_true(gst_bar_override(&latency, 3, "x"));
    assert_false(gst_bar_override(&latency, 1, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge__table),
        cmocka_unit_test(test_judge__no_bar_judges_nothing),
        cmocka_unit_test(test_judge__a_site_cannot_pass_physics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
