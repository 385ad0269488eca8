/* SPDX-License-Identifier: Apache-2.0 */
/* Whose round is waited for next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "workloads/burn/rounds.h"

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

/* A GPU as its host sees it: rounds of one length, each begun when it is queued and the one before
 * has ended. */
struct fake {
    double length_s, busy_until_s;
    double ends_s[GST_BURN_SLOTS];
};

static void queue(struct gst_burn_seat *seat, struct fake *fake, double now_s)
{
    const double begun_s = fake->busy_until_s > now_s ? fake->busy_until_s : now_s;

    fake->busy_until_s = begun_s + fake->length_s;
    fake->ends_s[seat->queued++ % GST_BURN_SLOTS] = fake->busy_until_s;
}

/* Waits for one round, and returns what the host's clock then shows: it needs a moment, too. */
static double finish(struct gst_burn_seat *seat, const struct fake *fake, double now_s)
{
    const double ended_s = fake->ends_s[seat->finished % GST_BURN_SLOTS];

    gst_burn_note_end(seat, ended_s);
    seat->finished++;
    return (ended_s > now_s ? ended_s : now_s) + 0.001;
}

/* One of eight GPUs takes five times as long for a round: the others have two rounds queued, and
 * would have nothing to do for half of the time if they were left alone until it is done. */
static void expect_all_busy(int slow)
{
    struct gst_burn_seat *seats = calloc(8, sizeof(*seats));
    const struct gst_burn_seat *order[8];
    struct fake fakes[8] = { { .length_s = 0 } };
    double now_s = 0;

    assert_non_null(seats);
    for (int i = 0; i < 8; i++) {
        order[i] = &seats[i];
        seats[i].is_working = true;
        fakes[i].length_s = i == slow ? 0.5 : 0.1;
        queue(&seats[i], &fakes[i], now_s);
        queue(&seats[i], &fakes[i], now_s);
    }
    while (now_s < 100) {
        const int next = gst_burn_next(order, 8);

        assert_in_range(next, 0, 7);
        now_s = finish(&seats[next], &fakes[next], now_s);
        queue(&seats[next], &fakes[next], now_s);
    }
    for (int i = 0; i < 8; i++)
        assert_true((double)seats[i].finished * fakes[i].length_s > 0.98 * now_s);
    free(seats);
}

static void test_burn_rounds__a_slow_gpu_lets_no_other_run_dry(void **state)
{
    (void)state;
    for (int slow = 0; slow < 8; slow++)
        expect_all_busy(slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_rounds__next),
        cmocka_unit_test(test_burn_rounds__read_while_it_works),
        cmocka_unit_test(test_burn_rounds__a_slow_gpu_lets_no_other_run_dry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
