/* SPDX-License-Identifier: Apache-2.0 */
/* Coordinators of one rank each, as threads: what they agree on, hand on and collect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "collective/outside.h"
#include "core/clock.h"
#include "meet/address.h"

#define RANKS  3
#define LONG_S 30

/* One rank: what it is given, and what came of it. */
struct rank {
    struct gst_launch launch;
    char gpu[GST_CARD_GPU_SIZE];
    bool gives_up; /* once all have agreed */
    struct gst_outside_terms terms;
    struct gst_outside outside;
    struct gst_board *board;
    struct gst_status st;
    bool ok;
    pthread_t thread;
};

static void make_board(struct rank *rank)
{
    struct gst_status st = GST_STATUS_INIT;
    int descriptor;
    const int number = rank->launch.rank;

    rank->board = gst_board_make(&descriptor, &st);
    assert_non_null(rank->board);
    close(descriptor);
    rank->board->world = RANKS;
    rank->board->seat_count = 1;
    rank->board->seats[0].rank = number;
    rank->board->seats[0].gpu = 4;
    rank->board->case_count = 2;
    rank->board->cases[0].samples = 3;
    for (int i = 0; i < 2; i++) {
        struct gst_board_outcome *outcome = &rank->board->outcomes[i][0];

        outcome->expected = 100;
        outcome->result.checked = 100;
        outcome->result.wrong = (unsigned long long)(10 * i + number);
        outcome->is_blind = number == 2;
        for (int k = 0; k < 3; k++)
            outcome->samples[k] = (struct gst_board_sample){ number + k * 0.25, k == 1 };
        atomic_store(&outcome->is_done, 1);
    }
}

/* Rank 0's worker makes the id; the others' wait for it. */
static bool wait_for_id(struct rank *rank)
{
    const uint64_t end_ns = gst_clock_ns() + (uint64_t)LONG_S * 1000000000u;
    bool ok = true;

    if (rank->launch.rank == 0) {
        memset(&rank->board->id, 0x5a, sizeof(rank->board->id));
        atomic_store(&rank->board->has_id, 1);
    }
    while (ok && !rank->outside.has_id && gst_clock_ns() < end_ns)
        ok = gst_outside_go_on(&rank->outside, &rank->st);
    return ok && rank->outside.has_id;
}

static void *run(void *argument)
{
    struct rank *rank = argument;

    rank->ok = gst_outside_open(&rank->outside, &rank->launch, rank->gpu, "plan", LONG_S, &rank->st)
               && gst_outside_agree(&rank->outside, &rank->terms, LONG_S, &rank->st);
    if (rank->ok && rank->gives_up) {
        rank->ok = gst_fail(&rank->st, GST_HOST_RANK_DIED, "no memory left");
    } else if (rank->ok) {
        gst_outside_begin(&rank->outside, rank->board);
        rank->ok = wait_for_id(rank) && gst_outside_collect(&rank->outside, LONG_S, &rank->st);
    }
    gst_outside_close(&rank->outside, &rank->st);
    return NULL;
}

static void make_ranks(struct rank *ranks, int count)
{
    bool is_taken;
    char why[200];
    int listener = gst_address_listen("127.0.0.1", 0, &is_taken, why, sizeof(why));
    struct gst_rendezvous where = { .kind = GST_RENDEZVOUS_TCP, .host = "127.0.0.1" };

    assert_true(listener >= 0);
    where.port = gst_address_port(listener);
    close(listener);
    memset(ranks, 0, (size_t)count * sizeof(*ranks));
    for (int i = 0; i < count; i++) {
        ranks[i].launch = (struct gst_launch){
            .launcher = "test", .rank = i, .size = count, .local_rank = i, .where = where
        };
        ranks[i].terms = (struct gst_outside_terms){ .free_bytes = (uint64_t)(50 - 10 * i),
                                                     .seed = (uint64_t)(7 + i) };
        snprintf(ranks[i].gpu, sizeof(ranks[i].gpu), "GPU-%d", i);
        gst_status_clear(&ranks[i].st);
        make_board(&ranks[i]);
    }
}

static void run_ranks(struct rank *ranks, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(pthread_create(&ranks[i].thread, NULL, run, &ranks[i]), 0);
    for (int i = 0; i < count; i++)
        assert_int_equal(pthread_join(ranks[i].thread, NULL), 0);
}

static void release_ranks(struct rank *ranks, int count)
{
    for (int i = 0; i < count; i++)
        gst_board_release(ranks[i].board);
}

static void test_outside__all_agree_and_rank_0_has_all(void **state)
{
    static struct rank ranks[RANKS];
    uint8_t id[sizeof(ncclUniqueId)];
    const struct gst_board *board;

    (void)state;
    memset(id, 0x5a, sizeof(id));
    make_ranks(ranks, RANKS);
    run_ranks(ranks, RANKS);
    for (int i = 0; i < RANKS; i++) {
        if (!ranks[i].ok)
            fail_msg("rank %d: %s", i, ranks[i].st.cause);
        assert_int_equal(ranks[i].terms.free_bytes, 30); /* rank 2 has least */
        assert_int_equal(ranks[i].terms.seed, 7);
        assert_int_equal(atomic_load(&ranks[i].board->has_id), 1);
        assert_memory_equal(&ranks[i].board->id, id, sizeof(id));
        assert_int_equal(ranks[i].board->seat_count, i == 0 ? RANKS : 1);
        for (int k = 0; k < RANKS; k++) {
            assert_int_equal(ranks[i].outside.cards[k].rank, k);
            assert_string_equal(ranks[i].outside.cards[k].gpu, ranks[k].gpu);
        }
    }
    board = ranks[0].board;
    for (int i = 0; i < RANKS; i++) {
        const struct gst_board_outcome *first = &board->outcomes[0][i];

        assert_int_equal(board->seats[i].rank, i);
        assert_int_equal(board->seats[i].gpu, i == 0 ? 4 : GST_NO_GPU);
        assert_int_equal(first->result.wrong, i);
        assert_int_equal(first->result.checked, 100);
        assert_int_equal(first->expected, 100);
        assert_int_equal(first->is_blind, i == 2);
        assert_int_equal(atomic_load(&first->is_done), 1);
        assert_int_equal(board->outcomes[1][i].result.wrong, 10 + i);
        for (int k = 0; k < 3; k++)
            assert_true(first->samples[k].seconds * 4 > 4 * i + k - 0.1
                        && first->samples[k].seconds * 4 < 4 * i + k + 0.1
                        && first->samples[k].was_late == (k == 1));
    }
    release_ranks(ranks, RANKS);
}

static void test_outside__two_ranks_on_one_gpu(void **state)
{
    static struct rank ranks[RANKS];

    (void)state;
    make_ranks(ranks, RANKS);
    snprintf(ranks[2].gpu, sizeof(ranks[2].gpu), "GPU-1");
    run_ranks(ranks, RANKS);
    for (int i = 0; i < RANKS; i++) {
        assert_false(ranks[i].ok);
        assert_int_equal(ranks[i].st.finding, GST_USER_RANKS_DISAGREE);
        assert_ptr_equal(strstr(ranks[i].st.cause, "ranks 1 and 2 both take GPU GPU-1 on '"),
                         ranks[i].st.cause);
    }
    release_ranks(ranks, RANKS);
}

/* Told while the others' workers run. */
static void test_outside__one_gives_up(void **state)
{
    static struct rank ranks[RANKS];

    (void)state;
    make_ranks(ranks, RANKS);
    ranks[1].gives_up = true;
    run_ranks(ranks, RANKS);
    for (int i = 0; i < RANKS; i++)
        assert_false(ranks[i].ok);
    for (int i = 0; i < RANKS; i += 2) {
        assert_int_equal(ranks[i].st.finding, GST_HOST_RANK_LOST);
        assert_ptr_equal(strstr(ranks[i].st.cause, "rank 1 of 3 on '"), ranks[i].st.cause);
        assert_non_null(strstr(ranks[i].st.cause, "': no memory left"));
    }
    release_ranks(ranks, RANKS);
}

static void test_outside__more_ranks_than_a_report_holds(void **state)
{
    const struct gst_launch launch = { .rank = 0, .size = GST_BOARD_SEATS + 1 };
    struct gst_outside outside;
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    assert_false(gst_outside_open(&outside, &launch, "GPU-0", "plan", LONG_S, &st));
    assert_int_equal(st.finding, GST_SUITE_REPORT_FULL);
    assert_string_equal(st.cause, "33 ranks are more than the 32 of one report");
    gst_outside_close(&outside, &st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outside__all_agree_and_rank_0_has_all),
        cmocka_unit_test(test_outside__two_ranks_on_one_gpu),
        cmocka_unit_test(test_outside__one_gives_up),
        cmocka_unit_test(test_outside__more_ranks_than_a_report_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
