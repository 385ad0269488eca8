/* SPDX-License-Identifier: Apache-2.0 */
/* Arriving over TCP and by a file: in any order, among strangers, with what does not fit, and with
 * nobody there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/clock.h"
#include "party.h"
#include "meet/address.h"
#include "meet/arrive.h"
#include "meet/place.h"
#include "meet/wire.h"

#define SHORT_S 0.2

static bool one_gather(struct party_rank *rank)
{
    int all[PARTY_MAX] = { 0 };

    if (!gst_meet_gather(&rank->meet, "ranks", &rank->rank, all, sizeof(int), PARTY_LONG_S,
                         &rank->st))
        return false;
    for (int i = 0; rank->rank == 0 && i < rank->meet.size; i++) {
        if (all[i] != i)
            return false;
    }
    return gst_meet_barrier(&rank->meet, "end", PARTY_LONG_S, &rank->st);
}

static void expect_all_ok(const struct party *party)
{
    for (int i = 0; i < party->count; i++) {
        if (!party->ranks[i].ok)
            fail_msg("rank %d: %s", i, party->ranks[i].st.cause);
    }
}

static void act_all(struct party *party)
{
    for (int i = 0; i < party->count; i++)
        party->ranks[i].act = one_gather;
}

/* True where this machine, or its container, has IPv6. */
static bool has_six(void)
{
    bool is_taken;
    char why[200];
    int fd = gst_address_listen("::1", 0, &is_taken, why, sizeof(why));
    int other = fd < 0 ? -1
                       : gst_address_connect("::1", gst_address_port(fd),
                                             gst_clock_ns() + 1000000000, why, sizeof(why));

    if (fd >= 0)
        close(fd);
    if (other >= 0)
        close(other);
    return other >= 0;
}

static void test_arrive__over_tcp(void **state)
{
    static const char *const hosts[] = { "127.0.0.1", "localhost", "::1" };

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct gst_rendezvous where;
        struct party party;

        if (strcmp(hosts[i], "::1") == 0 && !has_six())
            continue;
        where = party_free_address(hosts[i]);
        party_meet_at(&party, 5, &where);
        act_all(&party);
        party_start(&party, 0);
        party_join(&party, 0);
        expect_all_ok(&party);
    }
}

static void test_arrive__one_rank_meets_nobody(void **state)
{
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    struct party party;

    (void)state;
    party_meet_at(&party, 1, &where);
    act_all(&party);
    party_start(&party, 0);
    party_join(&party, 0);
    expect_all_ok(&party);
}

/* Connects without a word of the protocol; -1 if nobody listens yet. */
static int stranger(const struct gst_rendezvous *where)
{
    char why[200];

    return gst_address_connect(where->host, where->port, gst_clock_ns() + 1000000000, why,
                               sizeof(why));
}

/* The same, once somebody listens. */
static int first_stranger(const struct gst_rendezvous *where)
{
    const uint64_t deadline_ns = gst_clock_ns() + (uint64_t)PARTY_LONG_S * 1000000000u;
    int fd = -1;

    while (fd < 0 && gst_clock_ns() < deadline_ns)
        fd = stranger(where);
    assert_true(fd >= 0);
    return fd;
}

static void test_arrive__strangers_change_nothing(void **state)
{
    static const char *const words[] = { "GET / HTTP/1.1\r\nHost: node0\r\n\r\n", "gst", "",
                                         "gstm\0\1\0\3\0\0\0\0\0\0\0\0" };
    /* More than the hub keeps at a time. */
    enum { STRANGERS = GST_ARRIVE_GUESTS + 8 };
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    int fds[STRANGERS];
    struct party party;

    (void)state;
    party_meet_at(&party, 3, &where);
    act_all(&party);
    /* Rank 0 and 1; rank 2 comes when all strangers are in. */
    party.count = 2;
    party_start(&party, 0);
    for (int i = 0; i < STRANGERS; i++) {
        const char *word = words[i % 4];

        fds[i] = i == 0 ? first_stranger(&where) : stranger(&where);
        assert_true(fds[i] >= 0);
        if (i % 4 < 3)
            assert_int_equal(send(fds[i], word, strlen(word), MSG_NOSIGNAL), strlen(word));
        else
            assert_int_equal(send(fds[i], word, GST_WIRE_HEADER_SIZE, MSG_NOSIGNAL),
                             GST_WIRE_HEADER_SIZE);
    }
    party.count = 3;
    party_start(&party, 2);
    party_join(&party, 0);
    expect_all_ok(&party);
    for (int i = 0; i < STRANGERS; i++)
        close(fds[i]);
}

static void test_arrive__ranks_of_another_job_are_turned_away(void **state)
{
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    struct party party, other;

    (void)state;
    party_meet_at(&party, 2, &where);
    party_meet_at(&other, 2, &where);
    act_all(&party);
    other.ranks[1].card.job++;
    other.ranks[1].timeout_s = SHORT_S;
    party.count = 1;
    party_start(&party, 0);
    close(first_stranger(&where));
    party_start(&other, 1);
    party_join(&other, 1);
    party.count = 2;
    party_start(&party, 1);
    party_join(&party, 0);
    expect_all_ok(&party);
    assert_false(other.ranks[1].has_joined);
    assert_int_equal(other.ranks[1].st.finding, GST_USER_RENDEZVOUS_UNUSABLE);
    assert_non_null(strstr(other.ranks[1].st.cause, "rank 1 has not reached rank 0 at tcp://"));
    assert_non_null(strstr(other.ranks[1].st.cause,
                           "rank 1 on 'node1' is of another job than rank 0 on 'node0'"));
}

static void spoil_size(struct gst_card *card)
{
    card->size = 9;
}

static void spoil_plan(struct gst_card *card)
{
    card->plan++;
}

static void spoil_version(struct gst_card *card)
{
    card->version[0] = '2';
}

static void spoil_rank(struct gst_card *card)
{
    card->rank = 1;
}

/* Of three ranks the last does not fit. All end at once, and all say why. */
static void test_arrive__who_does_not_fit_ends_it_for_all(void **state)
{
    static const struct {
        void (*spoil)(struct gst_card *card);
        const char *cause;
    } cases[] = {
        { spoil_size, "rank 2 on 'node2' is told of 9 ranks, and rank 0 on 'node0' of 3" },
        { spoil_plan, "rank 2 on 'node2' was started with other options than rank 0 on 'node0'" },
        { spoil_version, "rank 2 on 'node2' is gpu-selftest 2.0, and rank 0 on 'node0' is 1.0" },
        { spoil_rank, "there are two that are rank 1 of 3, on 'node" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct gst_rendezvous where = party_free_address("127.0.0.1");
        struct party party;

        party_meet_at(&party, 3, &where);
        cases[i].spoil(&party.ranks[2].card);
        party.ranks[1].timeout_s = 1;
        party.ranks[2].timeout_s = 1;
        party_start(&party, 0);
        party_join(&party, 0);
        for (int k = 0; k < 3; k++) {
            const struct gst_status *st = &party.ranks[k].st;

            assert_false(party.ranks[k].has_joined);
            /* One that comes when all is over finds nobody. */
            if (k > 0 && st->finding == GST_USER_RENDEZVOUS_UNUSABLE)
                continue;
            assert_int_equal(st->finding, GST_USER_RANKS_DISAGREE);
            assert_ptr_equal(strstr(st->cause, cases[i].cause), st->cause);
        }
    }
}

static void test_arrive__who_has_not_come_is_named(void **state)
{
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    struct party party;

    (void)state;
    party_meet_at(&party, 6, &where);
    party.count = 2;
    party.ranks[0].timeout_s = 1;
    party_start(&party, 0);
    party_join(&party, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(party.ranks[i].st.finding, GST_USER_RANKS_MISSING);
        assert_string_equal(party.ranks[i].st.cause,
                            "ranks 2 to 5 of 6 have not arrived after 1 s");
    }
}

static void test_arrive__a_port_that_is_taken(void **state)
{
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    bool is_taken;
    char why[200], cause[200];
    int listener = gst_address_listen(where.host, where.port, &is_taken, why, sizeof(why));
    struct party party;

    (void)state;
    assert_true(listener >= 0);
    party_meet_at(&party, 2, &where);
    party.count = 1;
    party_start(&party, 0);
    party_join(&party, 0);
    snprintf(cause, sizeof(cause),
             "rank 0, at tcp://127.0.0.1:%d: cannot listen at port %d: Address already in use; "
             "another program has it",
             where.port, where.port);
    assert_string_equal(party.ranks[0].st.cause, cause);
    assert_int_equal(party.ranks[0].st.finding, GST_USER_RENDEZVOUS_UNUSABLE);
    close(listener);
}

/* What rank 1 says of an address where there is no rank 0. */
static void expect_unreachable(const struct gst_rendezvous *where, const char *part)
{
    const uint64_t begin_ns = gst_clock_ns();
    struct party party;

    party_meet_at(&party, 2, where);
    party.ranks[1].timeout_s = SHORT_S;
    party_start(&party, 1);
    party_join(&party, 1);
    assert_int_equal(party.ranks[1].st.finding, GST_USER_RENDEZVOUS_UNUSABLE);
    assert_non_null(strstr(party.ranks[1].st.cause, "rank 1 has not reached rank 0 at "));
    assert_non_null(strstr(party.ranks[1].st.cause, " after 0.2 s: "));
    if (strstr(party.ranks[1].st.cause, part) == NULL)
        fail_msg("'%s' does not name '%s'", party.ranks[1].st.cause, part);
    assert_true((double)(gst_clock_ns() - begin_ns) < 5e9);
}

static void test_arrive__nobody_is_there(void **state)
{
    struct gst_rendezvous where = party_free_address("127.0.0.1");

    (void)state;
    expect_unreachable(&where, "cannot connect to '127.0.0.1'");
    expect_unreachable(&where, "Connection refused");
    /* No name may have two dots in a row (RFC 1035): no server is asked. */
    snprintf(where.host, sizeof(where.host), "no..name");
    expect_unreachable(&where, "cannot resolve 'no..name'");
    where = (struct gst_rendezvous){ .kind = GST_RENDEZVOUS_FILE, .path = "/tmp/gst_no_such" };
    expect_unreachable(&where, "cannot read '/tmp/gst_no_such': No such file");
}

/* A listener of which only the backlog answers: it accepts nobody, or is another program. */
static void test_arrive__something_else_listens(void **state)
{
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    bool is_taken;
    char why[200];
    int listener = gst_address_listen(where.host, where.port, &is_taken, why, sizeof(why));
    struct party party;

    (void)state;
    party_meet_at(&party, 2, &where);
    party.ranks[1].timeout_s = SHORT_S;
    party_start(&party, 1);
    party_join(&party, 1);
    close(listener);
    assert_non_null(strstr(party.ranks[1].st.cause, "does not answer as rank 0 would"));
}

/* What a peer of another version gets, and what is made of one that is a hub. */
static void test_arrive__another_version(void **state)
{
    static const uint8_t hello[GST_WIRE_HEADER_SIZE] = { 'g', 's', 't', 'm', 0, 2, 0, 1 };
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    struct gst_wire_header header;
    uint8_t answer[GST_WIRE_HEADER_SIZE + GST_WIRE_REASON_SIZE];
    struct party party;
    int fd;

    (void)state;
    party_meet_at(&party, 2, &where);
    act_all(&party);
    party.count = 1;
    party_start(&party, 0);
    fd = first_stranger(&where);
    assert_int_equal(send(fd, hello, sizeof(hello), MSG_NOSIGNAL), sizeof(hello));
    /* The socket is non-blocking: until the answer is here. */
    for (size_t used = 0; used < sizeof(answer);) {
        ssize_t got = recv(fd, answer + used, sizeof(answer) - used, 0);

        assert_int_not_equal(got, 0);
        used += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    assert_int_equal(gst_wire_take_header(answer, &header), GST_WIRE_OURS);
    assert_int_equal(header.kind, GST_WIRE_REFUSE);
    assert_string_equal((const char *)answer + GST_WIRE_HEADER_SIZE + GST_WIRE_ID_SIZE,
                        "rank 0 is another version of gpu-selftest");
    party.count = 2;
    party_start(&party, 1);
    party_join(&party, 0);
    expect_all_ok(&party);
}

struct folder {
    char path[40];
    struct gst_rendezvous where;
};

static void make_folder(struct folder *folder)
{
    snprintf(folder->path, sizeof(folder->path), "/tmp/gst_arrive_XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    folder->where = (struct gst_rendezvous){ .kind = GST_RENDEZVOUS_FILE };
    snprintf(folder->where.path, sizeof(folder->where.path), "%s/meet", folder->path);
}

static void test_arrive__by_a_file(void **state)
{
    struct folder folder;
    struct party party;

    (void)state;
    make_folder(&folder);
    party_meet_at(&party, 4, &folder.where);
    act_all(&party);
    party_start(&party, 0);
    party_join(&party, 0);
    expect_all_ok(&party);
    /* Rank 0 leaves nothing behind. */
    assert_int_equal(rmdir(folder.path), 0);
}

/* What a run that was killed left: the port is closed now, or another job's rank 0 has it. */
static void test_arrive__a_file_of_an_earlier_run(void **state)
{
    struct gst_place stale;
    struct folder folder;
    struct party other, party;
    char why[200];
    const struct gst_rendezvous there = party_free_address("127.0.0.1");

    (void)state;
    make_folder(&folder);
    party_meet_at(&other, 2, &there);
    act_all(&other);
    other.count = 1;
    party_start(&other, 0);
    close(first_stranger(&there));
    stale = (struct gst_place){
        .nonce = 1, .port = there.port, .address_count = 1, .addresses = { "127.0.0.1" }
    };
    assert_true(gst_place_write(&stale, folder.where.path, why, sizeof(why)));
    party_meet_at(&party, 2, &folder.where);
    act_all(&party);
    /* Rank 1 finds the stale file first. */
    party_start(&party, 1);
    party.count = 1;
    party_start(&party, 0);
    party.count = 2;
    party_join(&party, 0);
    expect_all_ok(&party);
    other.count = 2;
    party_start(&other, 1);
    party_join(&other, 0);
    expect_all_ok(&other);
    assert_int_equal(rmdir(folder.path), 0);
}

static void test_arrive__a_file_that_cannot_be(void **state)
{
    struct gst_rendezvous where = { .kind = GST_RENDEZVOUS_FILE, .path = "/proc/gst/meet" };
    struct party party;

    (void)state;
    party_meet_at(&party, 2, &where);
    party.count = 1;
    party_start(&party, 0);
    party_join(&party, 0);
    assert_string_equal(party.ranks[0].st.cause,
                        "cannot write '/proc/gst/meet': No such file or directory");
    assert_int_equal(party.ranks[0].st.finding, GST_USER_RENDEZVOUS_UNUSABLE);
}

/* Over socket pairs nobody else can come: a rank that ends before it joins is noticed. */
static void test_arrive__a_worker_that_ends_before_it_joins(void **state)
{
    const struct gst_card terms = party_card(0, 1);
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    struct party party;

    (void)state;
    party_pair(&party, 3, one_gather, NULL);
    close(party.ranks[2].end);
    party.count = 2;
    party_start(&party, 0);
    party.count = 3;
    assert_false(gst_meet_host(&hub, party.ends, 3, &terms, PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "rank 2 of 3 is gone");
    assert_true(gst_meet_is_missing(&hub, 2));
    gst_meet_release(&hub);
    party.count = 2;
    party_join(&party, 0);
    for (int i = 0; i < 2; i++)
        assert_string_equal(party.ranks[i].st.cause, st.cause);
}

static void test_arrive__a_worker_in_another_s_place(void **state)
{
    const struct gst_card terms = party_card(0, 1);
    struct gst_meet hub = { .size = 0 };
    struct gst_status st = GST_STATUS_INIT;
    struct party party;

    (void)state;
    party_pair(&party, 2, one_gather, NULL);
    party.ranks[1].card.rank = 0;
    party_start(&party, 0);
    assert_false(gst_meet_host(&hub, party.ends, 2, &terms, PARTY_LONG_S, &st));
    assert_string_equal(st.cause, "rank 1 of 2 says that it is rank 0");
    gst_meet_release(&hub);
    party_join(&party, 0);
}

static void test_arrive__numbers_that_cannot_be(void **state)
{
    const struct gst_rendezvous where = party_free_address("127.0.0.1");
    static const struct {
        int rank, size;
        const char *cause;
    } cases[] = {
        { 0, 0, "0 ranks are none from 1 to 1024" },
        { 0, 1025, "1025 ranks are none from 1 to 1024" },
        { 2, 2, "rank 2 is none of 0 to 1" },
        { -1, 2, "rank -1 is none of 0 to 1" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct gst_card card = party_card(cases[i].rank, cases[i].size);
        struct gst_status st = GST_STATUS_INIT;
        struct gst_meet meet = { .size = 0 };

        assert_false(gst_meet_open(&meet, &where, &card, PARTY_LONG_S, &st));
        assert_string_equal(st.cause, cases[i].cause);
        gst_meet_release(&meet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrive__over_tcp),
        cmocka_unit_test(test_arrive__one_rank_meets_nobody),
        cmocka_unit_test(test_arrive__strangers_change_nothing),
        cmocka_unit_test(test_arrive__ranks_of_another_job_are_turned_away),
        cmocka_unit_test(test_arrive__who_does_not_fit_ends_it_for_all),
        cmocka_unit_test(test_arrive__who_has_not_come_is_named),
        cmocka_unit_test(test_arrive__a_port_that_is_taken),
        cmocka_unit_test(test_arrive__nobody_is_there),
        cmocka_unit_test(test_arrive__something_else_listens),
        cmocka_unit_test(test_arrive__another_version),
        cmocka_unit_test(test_arrive__by_a_file),
        cmocka_unit_test(test_arrive__a_file_of_an_earlier_run),
        cmocka_unit_test(test_arrive__a_file_that_cannot_be),
        cmocka_unit_test(test_arrive__a_worker_that_ends_before_it_joins),
        cmocka_unit_test(test_arrive__a_worker_in_another_s_place),
        cmocka_unit_test(test_arrive__numbers_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
