/* SPDX-License-Identifier: Apache-2.0 */
/* When the state of a GPU is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/burn/rounds.h"

/* An idle GPU's clocks say nothing, and so do those of one that has nothing queued any more. */
static void test_burn_rounds__read_while_it_works(void **state)
{
    struct gst_burn_seat seat = { .queued = 2, .next_reading_s = 0.5 };

    (void)state;
    assert_false(gst_burn_is_to_be_read(&seat));
    seat.next_reading_s = 0;
    assert_false(gst_burn_is_to_be_read(&seat)); /* it has just begun */
    seat.finished = 1;
    seat.elapsed_s = 0.1;
    assert_true(gst_burn_is_to_be_read(&seat));
    seat.next_reading_s = 0.5;
    assert_false(gst_burn_is_to_be_read(&seat));
    seat.elapsed_s = 0.5;
    assert_true(gst_burn_is_to_be_read(&seat));
    seat.finished = 2;
    assert_false(gst_burn_is_to_be_read(&seat));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_rounds__read_while_it_works),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
