/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks as threads; see party.h. */
#include "party.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "meet/address.h"

struct gst_card party_card(int rank, int size)
{
    struct gst_card card = { .rank = rank, .size = size, .job = 7, .plan = 11 };

    snprintf(card.version, sizeof(card.version), "1.0");
    snprintf(card.host, sizeof(card.host), "node%d", rank);
    return card;
}

static void prepare(struct party *party, int count)
{
    assert_true(count <= PARTY_MAX);
    memset(party, 0, sizeof(*party));
    party->count = count;
    for (int i = 0; i < count; i++) {
        party->ranks[i].rank = i;
        party->ranks[i].end = -1;
        party->ranks[i].card = party_card(i, count);
        party->ranks[i].timeout_s = PARTY_LONG_S;
        gst_status_clear(&party->ranks[i].st);
    }
}

void party_pair(struct party *party, int count, bool (*act)(struct party_rank *rank), void *data)
{
    prepare(party, count);
    for (int i = 0; i < count; i++) {
        int ends[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        party->ends[i] = ends[0];
        party->ranks[i].end = ends[1];
        party->ranks[i].act = act;
        party->ranks[i].data = data;
    }
}

void party_meet_at(struct party *party, int count, const struct gst_rendezvous *where)
{
    prepare(party, count);
    for (int i = 0; i < count; i++)
        party->ranks[i].where = *where;
}

static void *run(void *argument)
{
    struct party_rank *rank = argument;

    if (rank->end >= 0)
        rank->has_joined =
            gst_meet_join(&rank->meet, rank->end, &rank->card, rank->timeout_s, &rank->st);
    else
        rank->has_joined =
            gst_meet_open(&rank->meet, &rank->where, &rank->card, rank->timeout_s, &rank->st);
    rank->ok = rank->has_joined && (rank->act == NULL || rank->act(rank));
    gst_meet_release(&rank->meet);
    return NULL;
}

void party_start(struct party *party, int from)
{
    for (int i = from; i < party->count; i++)
        assert_int_equal(pthread_create(&party->ranks[i].thread, NULL, run, &party->ranks[i]), 0);
}

void party_join(struct party *party, int from)
{
    for (int i = from; i < party->count; i++)
        assert_int_equal(pthread_join(party->ranks[i].thread, NULL), 0);
}

struct gst_rendezvous party_free_address(const char *host)
{
    struct gst_rendezvous where = { .kind = GST_RENDEZVOUS_TCP };
    bool is_taken;
    char why[200];
    int listener = gst_address_listen(host, 0, &is_taken, why, sizeof(why));

    assert_true(listener >= 0);
    snprintf(where.host, sizeof(where.host), "%s", host);
    where.port = gst_address_port(listener);
    close(listener);
    return where;
}
