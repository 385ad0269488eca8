/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of equally many rounds, however many rounds there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "workloads/burn/windows.h"

static struct gst_burn_windows after(size_t rounds)
{
    struct gst_burn_windows windows = { .count = 0 };

    for (size_t i = 0; i < rounds; i++)
        gst_burn_windows_add(&windows, 10.0, 2.0);
    return windows;
}

static void test_burn_windows__count(void **state)
{
    static const struct {
        size_t rounds, windows;
    } rows[] = {
        { 0, 0 },        { 1, 1 },    { 2, 2 },
        { 128, 128 },    { 129, 65 }, /* 64 of two rounds, and one that is half full */
        { 256, 128 },    { 257, 64 }, /* 64 of four, and one round: no window */
        { 258, 65 },     { 600, 75 }, /* a minute: 75 of eight */
        { 864000, 105 },              /* a day: 105 of 8192 and 3840 more, less than half */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_burn_windows windows = after(rows[i].rounds);
        double rates[GST_BURN_WINDOWS];

        assert_int_equal(gst_burn_windows_rates(&windows, rates), rows[i].windows);
        for (size_t k = 0; k < rows[i].windows; k++)
            assert_true(fabs(rates[k] - 5) < 1e-9);
    }
}

/* Operations and seconds are added up, not rates: a slow round counts for its time. */
static void test_burn_windows__rate(void **state)
{
    struct gst_burn_windows windows = { .count = 0 };
    double rates[GST_BURN_WINDOWS];

    (void)state;
    for (size_t i = 0; i < 130; i++)
        gst_burn_windows_add(&windows, 12.0, i == 5 ? 4.0 : 2.0);
    assert_int_equal(gst_burn_windows_rates(&windows, rates), 65);
    assert_true(fabs(rates[2] - 4) < 1e-9); /* 24 in 2 + 4 */
    assert_true(fabs(rates[3] - 6) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_windows__count),
        cmocka_unit_test(test_burn_windows__rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
