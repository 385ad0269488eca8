/* SPDX-License-Identifier: Apache-2.0 */
/* From an address, a file or descriptors to a complete meeting; see meet.h. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "meet/address.h"
#include "meet/arrive.h"
#include "meet/meet.h"
#include "meet/place.h"

/* Between two tries to reach a rank 0 that does not listen yet. */
#define FIRST_PAUSE_S 0.01
#define LAST_PAUSE_S  0.5

static bool check_size(const struct gst_card *own, struct gst_status *st)
{
    if (own->size < 1 || own->size > GST_MEET_RANKS_MAX)
        return gst_fail(st, GST_USER_RANKS_DISAGREE, "%d ranks are none from 1 to %d", own->size,
                        GST_MEET_RANKS_MAX);
    if (own->rank < 0 || own->rank >= own->size)
        return gst_fail(st, GST_USER_RANKS_DISAGREE, "rank %d is none of 0 to %d", own->rank,
                        own->size - 1);
    return true;
}

static bool receive_at(struct gst_step *step, const struct gst_rendezvous *where,
                       struct gst_card *own, int listener)
{
    struct gst_place place;
    char why[300];
    bool ok;

    if (where->kind == GST_RENDEZVOUS_TCP)
        return gst_arrive_receive(step, own, listener, NULL, 0);
    gst_place_of_this_machine(&place, gst_address_port(listener));
    if (!gst_place_write(&place, where->path, why, sizeof(why)))
        return gst_step_fail(step, GST_USER_RENDEZVOUS_UNUSABLE, "%s", why);
    own->job ^= place.nonce;
    ok = gst_arrive_receive(step, own, listener, NULL, 0);
    /* Nobody is awaited any more, and the next run must not find it. */
    unlink(where->path);
    return ok;
}

/* Rank 0. */
static bool receive(struct gst_step *step, const struct gst_rendezvous *where, struct gst_card *own)
{
    const bool is_tcp = where->kind == GST_RENDEZVOUS_TCP;
    const char *host = is_tcp && !where->is_for_all ? where->host : NULL;
    bool is_taken, ok;
    char why[300], text[400];
    int listener = gst_address_listen(host, is_tcp ? where->port : 0, &is_taken, why, sizeof(why));

    if (listener < 0)
        return gst_step_fail(step, GST_USER_RENDEZVOUS_UNUSABLE, "rank 0, at %.200s: %.100s%s",
                             gst_rendezvous_describe(where, text, sizeof(text)), why,
                             is_taken ? "; another program has it" : "");
    ok = receive_at(step, where, own, listener);
    close(listener);
    return ok;
}

/* One try at one address. */
static enum gst_arrive_answer visit(struct gst_step *step, const char *host, int port,
                                    const struct gst_card *own, char *why, size_t size)
{
    int fd = gst_address_connect(host, port, step->deadline_ns, why, size);

    if (fd < 0)
        return GST_ARRIVE_AGAIN;
    gst_link_open(&step->meet->links[0], fd);
    return gst_arrive_join(step, own, GST_ARRIVE_HELLO_S, why, size);
}

static enum gst_arrive_answer try_file(struct gst_step *step, const char *path,
                                       const struct gst_card *own, char *why, size_t size)
{
    struct gst_place place;
    struct gst_card card = *own;
    enum gst_arrive_answer answer = GST_ARRIVE_AGAIN;

    if (!gst_place_read(&place, path, why, size))
        return GST_ARRIVE_AGAIN;
    card.job ^= place.nonce;
    for (size_t i = 0; i < place.address_count && answer == GST_ARRIVE_AGAIN; i++)
        answer = visit(step, place.addresses[i], place.port, &card, why, size);
    return answer;
}

static bool pause_for(struct gst_step *step, double seconds)
{
    return gst_step_poll(step, NULL, 0, seconds);
}

/* Any other rank. */
static bool reach(struct gst_step *step, const struct gst_rendezvous *where,
                  const struct gst_card *own)
{
    double pause_s = FIRST_PAUSE_S;
    char why[300] = "", text[400];

    for (;;) {
        enum gst_arrive_answer answer =
            where->kind == GST_RENDEZVOUS_TCP
                ? visit(step, where->host, where->port, own, why, sizeof(why))
                : try_file(step, where->path, own, why, sizeof(why));

        if (answer != GST_ARRIVE_AGAIN)
            return answer == GST_ARRIVED;
        if (!pause_for(step, pause_s))
            return false;
        if (gst_step_is_late(step))
            break;
        pause_s = pause_s * 2 < LAST_PAUSE_S ? pause_s * 2 : LAST_PAUSE_S;
    }
    return gst_step_fail(step, GST_USER_RENDEZVOUS_UNUSABLE,
                         "rank %d has not reached rank 0 at %.120s after %g s: %.140s", own->rank,
                         gst_rendezvous_describe(where, text, sizeof(text)), step->timeout_s, why);
}

bool gst_meet_open(struct gst_meet *meet, const struct gst_rendezvous *where,
                   const struct gst_card *own, double timeout_s, struct gst_status *st)
{
    struct gst_step step = gst_step_begin(meet, NULL, timeout_s, st);
    struct gst_card card = *own;

    if (!check_size(own, st) || !gst_arrive_prepare(meet, own->rank == 0, own->rank, own->size, st))
        return false;
    if (own->rank != 0)
        return reach(&step, where, own);
    meet->cards[0] = *own;
    return own->size == 1 || receive(&step, where, &card);
}

bool gst_meet_host(struct gst_meet *meet, const int *descriptors, int count,
                   const struct gst_card *terms, double timeout_s, struct gst_status *st)
{
    struct gst_step step = gst_step_begin(meet, NULL, timeout_s, st);
    struct gst_card card = *terms;

    card.rank = -1;
    card.size = count;
    if (count < 1 || count > GST_MEET_RANKS_MAX || !gst_arrive_prepare(meet, true, -1, count, st)) {
        for (int i = 0; i < count; i++)
            close(descriptors[i]);
        return gst_fail(st, GST_USER_RANKS_DISAGREE, "%d ranks are none from 1 to %d", count,
                        GST_MEET_RANKS_MAX);
    }
    return gst_arrive_receive(&step, &card, -1, descriptors, count);
}

bool gst_meet_join(struct gst_meet *meet, int descriptor, const struct gst_card *own,
                   double timeout_s, struct gst_status *st)
{
    struct gst_step step = gst_step_begin(meet, NULL, timeout_s, st);
    char why[300];

    if (!check_size(own, st) || !gst_arrive_prepare(meet, false, own->rank, own->size, st)) {
        close(descriptor);
        return false;
    }
    gst_link_open(&meet->links[0], descriptor);
    switch (gst_arrive_join(&step, own, timeout_s, why, sizeof(why))) {
    case GST_ARRIVED:
        return true;
    case GST_ARRIVE_AGAIN:
        gst_step_fail(&step, GST_HOST_RANK_LOST, "the coordinator of rank %d: %s", own->rank, why);
        break;
    case GST_ARRIVE_NEVER:
        break;
    }
    return false;
}
