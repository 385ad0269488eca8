/* SPDX-License-Identifier: Apache-2.0 */
/* How long a round may take until its GPU is called hung. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/burn/wait.h"

static void test_burn_wait__patience(void **state)
{
    static const struct {
        double round_s, spare_s, patience_s;
    } rows[] = {
        { 0, 300, 30 },                   /* the first round, and what the workload's row leaves */
        { 0.1, 300, 30 }, { 2, 300, 60 }, /* 30 rounds of a slow GPU */
        { 10, 300, 75 },                  /* before the supervisor ends it all */
        { 0.1, 12, 3 },                   /* --timeout 12s */
        { 0, 120, 30 },   { 0, 119, 29.75 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(gst_burn_patience_s(rows[i].round_s, rows[i].spare_s) == rows[i].patience_s);
}

/* 20 us, twice as long each time, a millisecond at most; and again from the start. */
static void test_burn_wait__naps_grow(void **state)
{
    long nap_ns = 0, naps = 0;

    (void)state;
    gst_burn_nap(&nap_ns);
    assert_int_equal(nap_ns, 40000);
    for (; nap_ns < 1000000; naps++)
        gst_burn_nap(&nap_ns);
    assert_int_equal(naps, 5); /* 80, 160, 320, 640, 1000 us */
    gst_burn_nap(&nap_ns);
    assert_int_equal(nap_ns, 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_wait__patience),
        cmocka_unit_test(test_burn_wait__naps_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
