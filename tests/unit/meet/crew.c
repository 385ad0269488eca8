/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks as threads; see crew.h. */
#include "crew.h"

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

struct gst_card crew_card(int rank, int size)
{
    struct gst_card card = { .rank = rank, .size = size, .job = 7, .plan = 11 };

    snprintf(card.version, sizeof(card.version), "1.0");
    snprintf(card.host, sizeof(card.host), "node%d", rank);
    return card;
}

static void prepare(struct crew *crew, int count)
{
    assert_true(count <= CREW_MAX);
    memset(crew, 0, sizeof(*crew));
    crew->count = count;
    for (int i = 0; i < count; i++) {
        crew->ranks[i].rank = i;
        crew->ranks[i].end = -1;
        crew->ranks[i].card = crew_card(i, count);
        crew->ranks[i].timeout_s = CREW_LONG_S;
        gst_status_clear(&crew->ranks[i].st);
    }
}

void crew_pair(struct crew *crew, int count, bool (*act)(struct crew_rank *rank), void *data)
{
    prepare(crew, count);
    for (int i = 0; i < count; i++) {
        int ends[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        crew->ends[i] = ends[0];
        crew->ranks[i].end = ends[1];
        crew->ranks[i].act = act;
        crew->ranks[i].data = data;
    }
}

void crew_meet_at(struct crew *crew, int count, const struct gst_rendezvous *where)
{
    prepare(crew, count);
    for (int i = 0; i < count; i++)
        crew->ranks[i].where = *where;
}

static void *run(void *argument)
{
    struct crew_rank *rank = argument;

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

void crew_start(struct crew *crew, int from)
{
    for (int i = from; i < crew->count; i++)
        assert_int_equal(pthread_create(&crew->ranks[i].thread, NULL, run, &crew->ranks[i]), 0);
}

void crew_join(struct crew *crew, int from)
{
    for (int i = from; i < crew->count; i++)
        assert_int_equal(pthread_join(crew->ranks[i].thread, NULL), 0);
}

struct gst_rendezvous crew_free_address(const char *host)
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
