/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the time a GPU surely worked, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "workloads/burn/busy.h"

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* The first round counts for nothing: its GPU was idle before it. */
static void test_burn_busy__first_round(void **state)
{
    struct gst_burn_busy busy = { .rounds = 0 };

    (void)state;
    assert_true(isnan(gst_burn_busy_share(&busy)));
    gst_burn_busy_add(&busy, 0.1, 0.7, true);
    assert_true(isnan(gst_burn_busy_share(&busy)));
    assert_false(gst_burn_is_idle(gst_burn_busy_share(&busy)));
    gst_burn_busy_add(&busy, 0.1, 0.8, false);
    assert_true(is_near(gst_burn_busy_share(&busy), 1));
}

static void test_burn_busy__gaps(void **state)
{
    struct gst_burn_busy busy = { .rounds = 0 };

    (void)state;
    gst_burn_busy_add(&busy, 0.1, 0.1, false);
    gst_burn_busy_add(&busy, 0.1, 0.3, false); /* a tenth of a second before it */
    gst_burn_busy_add(&busy, 0.1, 0.4, false);
    gst_burn_busy_add(&busy, 0.1, 0.5, true); /* who knows */
    assert_true(is_near(gst_burn_busy_share(&busy), 0.5));
    assert_true(gst_burn_is_idle(0.5));
    assert_true(gst_burn_is_idle(0.84));
    assert_false(gst_burn_is_idle(0.86));
    assert_false(gst_burn_is_idle(1));
}

/* Steps in which events are told make no share above 1. */
static void test_burn_busy__no_more_than_all(void **state)
{
    struct gst_burn_busy busy = { .rounds = 0 };

    (void)state;
    gst_burn_busy_add(&busy, 0.1, 0.1, false);
    gst_burn_busy_add(&busy, 0.1000005, 0.2, false);
    assert_true(gst_burn_busy_share(&busy) == 1);
}

/* 20 us for each launch. */
static void test_burn_busy__host_keeps_up(void **state)
{
    (void)state;
    assert_true(gst_burn_host_keeps_up(21e-6, 1));
    assert_false(gst_burn_host_keeps_up(19e-6, 1));
    assert_false(gst_burn_host_keeps_up(43e-6, 8)); /* 1024 x 1024 on eight H100s */
    assert_true(gst_burn_host_keeps_up(21e-3, 8));  /* 8192 x 8192 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_busy__first_round),
        cmocka_unit_test(test_burn_busy__gaps),
        cmocka_unit_test(test_burn_busy__no_more_than_all),
        cmocka_unit_test(test_burn_busy__host_keeps_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
