/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that all take together, over socket pairs: data, who is late, who is gone, who gives up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/clock.h"
#include "party.h"

/* Several times what a socket's buffer takes. */
#define LARGE ((size_t)4 << 20)

#define SHORT_S 0.2

/* The ranks that a test lets go on late; never posted: they wait for ever. */
struct held {
    sem_t go;
};

static void open_hub(struct gst_meet *hub, struct party *party)
{
    const struct gst_card terms = party_card(0, 1);
    struct gst_status st = GST_STATUS_INIT;

    party_start(party, 0);
    if (!gst_meet_host(hub, party->ends, party->count, &terms, PARTY_LONG_S, &st))
        fail_msg("%s", st.cause);
}

/* All of them, with data that tell from which rank they are and to which they go. */
static bool take_all_steps(struct party_rank *rank)
{
    struct gst_meet *meet = &rank->meet;
    uint32_t told = 0, mine = 0, answer;
    uint8_t *large = malloc(LARGE);
    bool ok = gst_meet_barrier(meet, "begin", PARTY_LONG_S, &rank->st)
              && gst_meet_broadcast(meet, "tell", &told, sizeof(told), PARTY_LONG_S, &rank->st)
              && gst_meet_scatter(meet, "give", NULL, &mine, sizeof(mine), PARTY_LONG_S, &rank->st)
              && gst_meet_broadcast(meet, "much", large, LARGE, PARTY_LONG_S, &rank->st);

    answer = told + mine;
    memset(large, large[LARGE - 1] + rank->rank, LARGE);
    ok = ok
         && gst_meet_gather(meet, "answer", &answer, NULL, sizeof(answer), PARTY_LONG_S, &rank->st)
         && gst_meet_gather(meet, "more", large, NULL, LARGE, PARTY_LONG_S, &rank->st)
         && gst_meet_gather(meet, "nothing", NULL, NULL, 0, PARTY_LONG_S, &rank->st)
         && gst_meet_barrier(meet, "end", PARTY_LONG_S, &rank->st);
    free(large);
    return ok;
}

static void test_steps__carry_data(void **state)
{
    enum { RANKS = 5 };
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    uint32_t told = 1000, parts[RANKS] = { 1, 2, 3, 4, 5 }, answers[RANKS] = { 0 };
    uint8_t *much = malloc(LARGE), *more = malloc(RANKS * LARGE);
    struct party party;

    (void)state;
    memset(much, 100, LARGE);
    party_pair(&party, RANKS, take_all_steps, NULL);
    open_hub(&hub, &party);
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(hub.cards[i].rank, i);
    assert_true(gst_meet_barrier(&hub, "begin", PARTY_LONG_S, &st));
    assert_true(gst_meet_broadcast(&hub, "tell", &told, sizeof(told), PARTY_LONG_S, &st));
    assert_true(gst_meet_scatter(&hub, "give", parts, NULL, sizeof(*parts), PARTY_LONG_S, &st));
    assert_true(gst_meet_broadcast(&hub, "much", much, LARGE, PARTY_LONG_S, &st));
    assert_true(
        gst_meet_gather(&hub, "answer", NULL, answers, sizeof(*answers), PARTY_LONG_S, &st));
    assert_true(gst_meet_gather(&hub, "more", NULL, more, LARGE, PARTY_LONG_S, &st));
    assert_true(gst_meet_gather(&hub, "nothing", NULL, NULL, 0, PARTY_LONG_S, &st));
    assert_true(gst_meet_barrier(&hub, "end", PARTY_LONG_S, &st));
    assert_int_equal(hub.steps, 8);
    party_join(&party, 0);
    for (int i = 0; i < RANKS; i++) {
        assert_true(party.ranks[i].ok);
        assert_int_equal(answers[i], 1001 + i);
        assert_int_equal(more[(size_t)i * LARGE], 100 + i);
        assert_int_equal(more[(size_t)(i + 1) * LARGE - 1], 100 + i);
    }
    gst_meet_release(&hub);
    free(much);
    free(more);
}

/* One barrier; rank 2 is held until the test lets it go. */
static bool one_barrier(struct party_rank *rank)
{
    struct held *held = rank->data;

    if (rank->rank == 2)
        sem_wait(&held->go);
    return gst_meet_barrier(&rank->meet, "init", PARTY_LONG_S, &rank->st);
}

static void test_steps__who_is_late_is_named_everywhere(void **state)
{
    static const char *const cause = "rank 2 of 4 has not arrived at 'init' after 0.2 s";
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    struct held held;
    struct party party;

    (void)state;
    sem_init(&held.go, 0, 0);
    party_pair(&party, 4, one_barrier, &held);
    open_hub(&hub, &party);
    assert_false(gst_meet_barrier(&hub, "init", SHORT_S, &st));
    assert_string_equal(st.cause, cause);
    assert_int_equal(st.finding, GST_HOST_RANK_LOST);
    for (int i = 0; i < 4; i++)
        assert_int_equal(gst_meet_is_missing(&hub, i), i == 2);
    /* What has failed stays so, and says why. */
    gst_status_clear(&st);
    assert_false(gst_meet_barrier(&hub, "next", PARTY_LONG_S, &st));
    assert_string_equal(st.cause, cause);
    sem_post(&held.go);
    party_join(&party, 0);
    for (int i = 0; i < 4; i++) {
        assert_false(party.ranks[i].ok);
        assert_string_equal(party.ranks[i].st.cause, cause);
        assert_int_equal(party.ranks[i].st.finding, GST_HOST_RANK_LOST);
    }
    gst_meet_release(&hub);
    sem_destroy(&held.go);
}

/* Rank 1 ends after its part, while rank 2 keeps all others waiting. */
static bool give_and_go(struct party_rank *rank)
{
    struct held *held = rank->data;

    if (rank->rank == 2)
        sem_wait(&held->go);
    if (!gst_meet_gather(&rank->meet, "part", &rank->rank, NULL, sizeof(int), PARTY_LONG_S,
                         &rank->st))
        return false;
    return rank->rank == 1 || gst_meet_barrier(&rank->meet, "end", PARTY_LONG_S, &rank->st);
}

static void test_steps__who_ends_is_noticed_though_it_had_arrived(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    int parts[3];
    struct held held;
    struct party party;

    (void)state;
    sem_init(&held.go, 0, 0);
    party_pair(&party, 3, give_and_go, &held);
    open_hub(&hub, &party);
    assert_false(gst_meet_gather(&hub, "part", NULL, parts, sizeof(int), PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "rank 1 of 3 on 'node1' is gone at 'part'");
    assert_true(gst_meet_is_missing(&hub, 1));
    assert_false(gst_meet_is_missing(&hub, 2));
    sem_post(&held.go);
    party_join(&party, 0);
    assert_string_equal(party.ranks[0].st.cause, st.cause);
    assert_string_equal(party.ranks[2].st.cause, st.cause);
    gst_meet_release(&hub);
    sem_destroy(&held.go);
}

static bool rank_1_ends(struct party_rank *rank)
{
    return rank->rank == 1 || gst_meet_barrier(&rank->meet, "init", PARTY_LONG_S, &rank->st);
}

static void test_steps__who_ends_before_is_noticed_at_once(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    struct party party;

    (void)state;
    party_pair(&party, 3, rank_1_ends, NULL);
    open_hub(&hub, &party);
    assert_false(gst_meet_barrier(&hub, "init", PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "rank 1 of 3 on 'node1' is gone at 'init'");
    party_join(&party, 0);
    assert_string_equal(party.ranks[0].st.cause, st.cause);
    assert_string_equal(party.ranks[2].st.cause, st.cause);
    gst_meet_release(&hub);
}

static bool rank_1_gives_up(struct party_rank *rank)
{
    if (rank->rank != 1)
        return gst_meet_barrier(&rank->meet, "init", PARTY_LONG_S, &rank->st);
    gst_meet_abort(&rank->meet, GST_HOST_RANK_LOST, "no room for 64 MiB");
    return gst_meet_barrier(&rank->meet, "init", PARTY_LONG_S, &rank->st);
}

static void test_steps__a_rank_says_why_it_gives_up(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    struct party party;

    (void)state;
    party_pair(&party, 3, rank_1_gives_up, NULL);
    open_hub(&hub, &party);
    assert_false(gst_meet_barrier(&hub, "init", PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "rank 1 of 3 on 'node1': no room for 64 MiB");
    party_join(&party, 0);
    assert_string_equal(party.ranks[1].st.cause, "no room for 64 MiB");
    assert_string_equal(party.ranks[2].st.cause, st.cause);
    gst_meet_release(&hub);
}

static bool plain_barrier(struct party_rank *rank)
{
    return gst_meet_barrier(&rank->meet, "init", rank->timeout_s, &rank->st);
}

static void test_steps__the_hub_says_why_it_gives_up(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct party party;

    (void)state;
    party_pair(&party, 2, plain_barrier, NULL);
    open_hub(&hub, &party);
    gst_meet_abort(&hub, GST_HOST_RANK_LOST, "interrupted by \x1b[31mSIGINT");
    party_join(&party, 0);
    for (int i = 0; i < 2; i++)
        assert_string_equal(party.ranks[i].st.cause, "interrupted by ?[31mSIGINT");
    gst_meet_release(&hub);
}

static void test_steps__a_hub_that_ends_is_noticed(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct party party;

    (void)state;
    party_pair(&party, 2, plain_barrier, NULL);
    open_hub(&hub, &party);
    gst_meet_release(&hub);
    party_join(&party, 0);
    for (int i = 0; i < 2; i++)
        assert_string_equal(party.ranks[i].st.cause, "the coordinator is gone at 'init'");
}

static void test_steps__a_hub_that_does_not_come_is_not_waited_for(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct party party;

    (void)state;
    party_pair(&party, 2, plain_barrier, NULL);
    party.ranks[0].timeout_s = SHORT_S;
    party.ranks[1].timeout_s = SHORT_S;
    open_hub(&hub, &party);
    party_join(&party, 0);
    for (int i = 0; i < 2; i++)
        assert_string_equal(party.ranks[i].st.cause,
                            "the coordinator has not answered at 'init' after 0.2 s");
    gst_meet_release(&hub);
}

static bool gather_four(struct party_rank *rank)
{
    const char *step = rank->rank == 1 && rank->data != NULL ? rank->data : "part";
    uint32_t part = 0;

    return gst_meet_gather(&rank->meet, step, &part, NULL, sizeof(part), PARTY_LONG_S, &rank->st)
           && gst_meet_barrier(&rank->meet, "end", PARTY_LONG_S, &rank->st);
}

static void test_steps__another_step_is_an_error(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    uint32_t parts[2];
    struct party party;

    (void)state;
    party_pair(&party, 2, gather_four, (void *)(uintptr_t) "other");
    open_hub(&hub, &party);
    assert_false(gst_meet_gather(&hub, "part", NULL, parts, sizeof(*parts), PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "rank 1 of 2 on 'node1' is at another step than 'part'");
    party_join(&party, 0);
    assert_string_equal(party.ranks[0].st.cause, st.cause);
    gst_meet_release(&hub);
}

static void test_steps__another_size_is_an_error(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    uint64_t parts[1];
    struct party party;

    (void)state;
    party_pair(&party, 1, gather_four, NULL);
    open_hub(&hub, &party);
    assert_false(gst_meet_gather(&hub, "part", NULL, parts, sizeof(*parts), PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "rank 0 of 1 on 'node0' has 4 bytes at 'part', not 8");
    party_join(&party, 0);
    gst_meet_release(&hub);
}

/* Asked a few times, so that the step has begun to wait. */
static const char *watch_ends(void *data)
{
    int *asked = data;

    return ++*asked < 3 ? NULL : "worker 2 was killed by signal 9";
}

static void test_steps__a_watch_ends_the_wait(void **state)
{
    int asked = 0;
    struct gst_meet hub = { .watch = NULL };
    struct gst_status st = GST_STATUS_INIT;
    struct held held;
    struct party party;

    (void)state;
    sem_init(&held.go, 0, 0);
    party_pair(&party, 3, one_barrier, &held);
    open_hub(&hub, &party);
    hub.watch = watch_ends;
    hub.watch_data = &asked;
    assert_false(gst_meet_barrier(&hub, "init", PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "worker 2 was killed by signal 9");
    sem_post(&held.go);
    party_join(&party, 0);
    assert_string_equal(party.ranks[0].st.cause, st.cause);
    gst_meet_release(&hub);
    sem_destroy(&held.go);
}

/* Rank 1 waits for the hub, which works; rank 0 ends meanwhile, or says why it gives up. */
static bool rank_0_goes(struct party_rank *rank)
{
    if (rank->rank == 0 && rank->data != NULL)
        gst_meet_abort(&rank->meet, GST_HOST_RANK_LOST, rank->data);
    return rank->rank == 0 || gst_meet_barrier(&rank->meet, "end", PARTY_LONG_S, &rank->st);
}

static void test_steps__who_goes_between_steps_is_noticed(void **state)
{
    static const struct {
        const char *reason;
        const char *cause;
    } cases[] = {
        { NULL, "rank 0 of 2 on 'node0' is gone" },
        { "no room", "rank 0 of 2 on 'node0': no room" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const uint64_t until_ns = gst_clock_ns() + (uint64_t)PARTY_LONG_S * 1000000000u;
        struct gst_meet hub = { .size = 0 };
        struct gst_status st = GST_STATUS_INIT;
        struct party party;

        party_pair(&party, 2, rank_0_goes, (void *)(uintptr_t)cases[i].reason);
        open_hub(&hub, &party);
        while (gst_meet_check(&hub, &st) && gst_clock_ns() < until_ns)
            continue;
        assert_string_equal(st.cause, cases[i].cause);
        party_join(&party, 0);
        assert_string_equal(party.ranks[1].st.cause, st.cause);
        gst_meet_release(&hub);
    }
}

/* Nobody has gone: nothing is said, and the step that follows is as if nobody had asked. */
static void test_steps__a_check_takes_nothing_away(void **state)
{
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    struct party party;

    (void)state;
    party_pair(&party, 2, plain_barrier, NULL);
    open_hub(&hub, &party);
    for (int i = 0; i < 100; i++)
        assert_true(gst_meet_check(&hub, &st));
    assert_true(gst_meet_barrier(&hub, "init", PARTY_LONG_S, &st));
    party_join(&party, 0);
    assert_true(party.ranks[0].ok && party.ranks[1].ok);
    gst_meet_release(&hub);
}

static void test_steps__nothing_is_released_twice(void **state)
{
    struct gst_meet meet = { .size = 0 };

    (void)state;
    gst_meet_release(&meet);
    gst_meet_release(&meet);
    assert_false(gst_meet_is_missing(&meet, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps__carry_data),
        cmocka_unit_test(test_steps__who_is_late_is_named_everywhere),
        cmocka_unit_test(test_steps__who_ends_is_noticed_though_it_had_arrived),
        cmocka_unit_test(test_steps__who_ends_before_is_noticed_at_once),
        cmocka_unit_test(test_steps__a_rank_says_why_it_gives_up),
        cmocka_unit_test(test_steps__the_hub_says_why_it_gives_up),
        cmocka_unit_test(test_steps__a_hub_that_ends_is_noticed),
        cmocka_unit_test(test_steps__a_hub_that_does_not_come_is_not_waited_for),
        cmocka_unit_test(test_steps__another_step_is_an_error),
        cmocka_unit_test(test_steps__another_size_is_an_error),
        cmocka_unit_test(test_steps__a_watch_ends_the_wait),
        cmocka_unit_test(test_steps__who_goes_between_steps_is_noticed),
        cmocka_unit_test(test_steps__a_check_takes_nothing_away),
        cmocka_unit_test(test_steps__nothing_is_released_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
