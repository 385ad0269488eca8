/* SPDX-License-Identifier: Apache-2.0 */
/* Whose round is waited for next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/burn_rounds.h"

static void test_burn_rounds__next(void **state)
{
    static struct gst_burn_seat seats[4];
    const struct gst_burn_seat *const order[] = { &seats[0], &seats[1], &seats[2], &seats[3] };

    (void)state;
    assert_int_equal(gst_burn_next(order, 4), -1);
    for (int i = 0; i < 4; i++) {
        seats[i].is_working = true;
        seats[i].queued = 2;
    }
    assert_int_equal(gst_burn_next(order, 4), 0);
    seats[0].elapsed_s = 0.1;
    assert_int_equal(gst_burn_next(order, 4), 1);
    seats[1].is_working = false; /* lost */
    assert_int_equal(gst_burn_next(order, 4), 2);
    seats[2].finished = 2; /* nothing queued any more */
    seats[3].elapsed_s = 0.2;
    assert_int_equal(gst_burn_next(order, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_burn_rounds__next) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
