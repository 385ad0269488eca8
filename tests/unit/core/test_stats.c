/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expected values from Python:
 *   m = statistics.median(x); statistics.median([abs(v - m) for v in x])
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/stats.h"

static void test_stats__of(void **state)
{
    static const struct {
        double samples[5];
        size_t count;
        double median, mad, minimum, maximum;
    } rows[] = {
        { { 3, 1, 2 }, 3, 2, 1, 1, 3 },
        { { 1, 2, 3, 4 }, 4, 2.5, 1, 1, 4 },
        { { 10.5, 9.5, 10, 10, 30 }, 5, 10, 0.5, 9.5, 30 },
        { { 5, 5, 5, 5 }, 4, 5, 0, 5, 5 },
        { { 7 }, 1, 7, 0, 7, 7 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_stats stats = gst_stats_of(rows[i].samples, rows[i].count);

        assert_int_equal(stats.count, rows[i].count);
        assert_true(stats.median == rows[i].median);
        assert_true(stats.mad == rows[i].mad);
        assert_true(stats.minimum == rows[i].minimum);
        assert_true(stats.maximum == rows[i].maximum);
    }
}

static void test_stats__nothing_and_nonsense_are_nan(void **state)
{
    const double bad[] = { 1, NAN, 2 }, infinite[] = { 1, INFINITY };

    (void)state;
    assert_true(isnan(gst_stats_of(NULL, 0).median));
    assert_true(isnan(gst_stats_of(bad, 3).median));
    assert_true(isnan(gst_stats_of(infinite, 2).maximum));
    assert_int_equal(gst_stats_of(bad, 3).count, 3);
}

static void test_stats__samples_are_left_alone(void **state)
{
    const double samples[] = { 3, 1, 2 };

    (void)state;
    gst_stats_of(samples, 3);
    assert_true(samples[0] == 3 && samples[1] == 1 && samples[2] == 2);
}

static void test_stats__robust_z(void **state)
{
    /* median 100, MAD 0.5: 0.6745 * -40 / 0.5 = -53.96 */
    const double peers[] = { 100, 101, 99, 100.5, 99.5, 100, 60, 100 };
    const double same[] = { 200, 200, 200, 200 }, zeros[] = { 0, 0, 0 };

    (void)state;
    assert_true(fabs(gst_stats_robust_z(60, peers, 8) + 53.96) < 1e-9);
    assert_true(gst_stats_robust_z(100, peers, 8) == 0);
    /* MAD 0: 1 % of 200 is 2; 0.6745 * (190 - 200) / 2 = -3.3725 */
    assert_true(fabs(gst_stats_robust_z(190, same, 4) + 3.3725) < 1e-9);
    assert_true(isnan(gst_stats_robust_z(1, same, 2)));
    assert_true(isnan(gst_stats_robust_z(NAN, same, 4)));
    assert_true(gst_stats_robust_z(0, zeros, 3) == 0);
    assert_true(isinf(gst_stats_robust_z(1, zeros, 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stats__of),
        cmocka_unit_test(test_stats__nothing_and_nonsense_are_nan),
        cmocka_unit_test(test_stats__samples_are_left_alone),
        cmocka_unit_test(test_stats__robust_z),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
