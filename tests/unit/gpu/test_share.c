/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that several threads share: every item is done, and done once, however it is cut and
 * whatever processors there are; and threads take no signals.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gpu/share.h"

#define ITEMS 1000

struct tally {
    unsigned char times[ITEMS];
    size_t part;
    atomic_int odd_parts; /* that begin or end elsewhere than they should */
    pthread_t caller;
    atomic_int open_masks; /* of threads that are not the caller */
};

static void count_items(void *work, size_t first, size_t end)
{
    struct tally *tally = work;
    sigset_t mask;

    if (first % tally->part != 0 || end - first > tally->part)
        atomic_fetch_add(&tally->odd_parts, 1);
    for (size_t i = first; i < end; i++)
        tally->times[i]++;
    if (!pthread_equal(pthread_self(), tally->caller)
        && pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0 && !sigismember(&mask, SIGTERM))
        atomic_fetch_add(&tally->open_masks, 1);
}

static void test_share__each_item_is_done_once(void **state)
{
    static const struct {
        size_t count, part;
    } cases[] = { { 0, 1 }, { 1, 1 }, { 7, 8 }, { 8, 8 }, { 9, 8 }, { ITEMS, 1 }, { ITEMS, 333 } };

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        struct tally tally = { .part = cases[c].part };

        gst_share(cases[c].count, cases[c].part, count_items, &tally);
        for (size_t i = 0; i < ITEMS; i++)
            assert_int_equal(tally.times[i], i < cases[c].count);
        assert_int_equal(tally.odd_parts, 0);
    }
}

static void test_share__one_processor_does_the_same(void **state)
{
    struct tally tally = { .part = 3 };
    cpu_set_t before, one;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++) {
        if (CPU_ISSET(cpu, &before))
            CPU_SET(cpu, &one);
    }
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    gst_share(ITEMS, 3, count_items, &tally);
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(tally.times[i], 1);
}

/* Whoever waits for a signal must not lose it to a thread that is about to end. */
static void test_share__signals_come_to_the_caller_alone(void **state)
{
    struct tally tally = { .part = 1, .caller = pthread_self() };
    sigset_t after;

    (void)state;
    gst_share(ITEMS, 1, count_items, &tally);
    assert_int_equal(tally.open_masks, 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    assert_false(sigismember(&after, SIGTERM));
}

static void test_share__sets_every_byte(void **state)
{
    enum { BYTES = (5 << 20) + 3 };
    static unsigned char bytes[BYTES + 1];

    (void)state;
    gst_share_set(bytes, 0xff, BYTES);
    for (size_t i = 0; i < BYTES; i++)
        assert_int_equal(bytes[i], 0xff);
    assert_int_equal(bytes[BYTES], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share__each_item_is_done_once),
        cmocka_unit_test(test_share__one_processor_does_the_same),
        cmocka_unit_test(test_share__signals_come_to_the_caller_alone),
        cmocka_unit_test(test_share__sets_every_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
