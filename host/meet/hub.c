/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's side of arriving; see arrive.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "meet/arrive.h"

/* Somebody of whom nothing is known yet. */
struct guest {
    struct gst_meet_link link;
    uint64_t since_ns;
};

struct lobby {
    struct gst_step *step;
    const struct gst_card *terms;
    int listener;
    bool is_closed_party; /* guest i is rank i, and nobody else comes */
    struct guest *guests;
    int guest_count;      /* places; free ones have no descriptor */
    struct pollfd *polls; /* guests, then ranks, then the listener */
    int left;             /* ranks still to arrive */
};

/* Of whom nothing is known but that they are not of this job; they may look for another hub. */
static void turn_away(struct guest *guest, const char *why)
{
    gst_link_dismiss(&guest->link, GST_WIRE_REFUSE, GST_USER_RANKS_DISAGREE, why);
}

static int place_of(const struct lobby *lobby)
{
    int oldest = 0;

    for (int i = 0; i < lobby->guest_count; i++) {
        if (lobby->guests[i].link.fd < 0)
            return i;
        if (lobby->guests[i].since_ns < lobby->guests[oldest].since_ns)
            oldest = i;
    }
    gst_link_close(&lobby->guests[oldest].link);
    return oldest;
}

static void open_door(struct lobby *lobby)
{
    int fd;

    while ((fd = accept(lobby->listener, NULL, NULL)) >= 0) {
        struct guest *guest = &lobby->guests[place_of(lobby)];

        gst_link_open(&guest->link, fd);
        guest->since_ns = gst_clock_ns();
    }
}

/* A card that fits nowhere ends the meeting if it is of this job: with it, all are known to be
 * started wrongly. */
static bool refuse(struct lobby *lobby, struct guest *guest, bool is_of_our_job, const char *why)
{
    if (!is_of_our_job) {
        turn_away(guest, why);
        return true;
    }
    /* It is told with the others that wait. */
    return gst_step_fail(lobby->step, GST_USER_RANKS_DISAGREE, "%s", why);
}

static bool tell(struct lobby *lobby, int rank, enum gst_wire_kind kind)
{
    struct gst_meet_link *link = &lobby->step->meet->links[rank];
    uint8_t card[GST_WIRE_CARD_SIZE];
    const size_t bytes = kind == GST_WIRE_SEAT ? sizeof(card) : 0;

    gst_wire_put_card(card, lobby->terms);
    gst_link_prepare(link, kind, 0, card, bytes, NULL, 0);
    /* So little always fits into a socket that nothing was sent to. */
    return gst_link_give(link) == GST_LINK_DONE || gst_step_lose(lobby->step, rank);
}

static bool seat(struct lobby *lobby, struct guest *guest, const struct gst_card *card)
{
    struct gst_meet *meet = lobby->step->meet;
    const int rank = card->rank;
    char why[240];

    if (meet->links[rank].fd >= 0 || rank == meet->rank) {
        snprintf(why, sizeof(why), "there are two that are rank %d of %d, on '%s' and on '%s'",
                 rank, meet->size, meet->cards[rank].host, card->host);
        return refuse(lobby, guest, true, why);
    }
    meet->cards[rank] = *card;
    meet->links[rank] = guest->link;
    meet->links[rank].is_done = true;
    guest->link.fd = -1;
    lobby->left--;
    return tell(lobby, rank, GST_WIRE_SEAT);
}

static bool hear(struct lobby *lobby, int i)
{
    struct guest *guest = &lobby->guests[i];
    struct gst_card card, terms = *lobby->terms;
    bool is_of_our_job;
    char why[240];

    if (guest->link.header.kind != GST_WIRE_HELLO
        || !gst_wire_take_card(guest->link.small, &card)) {
        gst_link_close(&guest->link);
        return true;
    }
    terms.size = lobby->step->meet->size;
    if (!gst_card_matches(&terms, &card, &is_of_our_job, why, sizeof(why)))
        return refuse(lobby, guest, is_of_our_job, why);
    if (lobby->is_closed_party && card.rank != i) {
        snprintf(why, sizeof(why), "rank %d of %d says that it is rank %d", i, terms.size,
                 card.rank);
        return refuse(lobby, guest, true, why);
    }
    return seat(lobby, guest, &card);
}

static bool listen_to(struct lobby *lobby, int i)
{
    struct guest *guest = &lobby->guests[i];

    switch (gst_link_take(&guest->link)) {
    case GST_LINK_AGAIN:
        return true;
    case GST_LINK_DONE:
        return hear(lobby, i);
    case GST_LINK_OTHER_VERSION:
        /* Which job it is of cannot be read: it may be another's. */
        turn_away(guest, "rank 0 is another version of gpu-selftest");
        return true;
    case GST_LINK_GONE:
    case GST_LINK_FOREIGN:
        gst_link_close(&guest->link);
        return !lobby->is_closed_party || gst_step_lose(lobby->step, i);
    }
    return true;
}

static bool serve_guests(struct lobby *lobby)
{
    const uint64_t now_ns = gst_clock_ns();

    for (int i = 0; i < lobby->guest_count; i++) {
        struct guest *guest = &lobby->guests[i];

        if (guest->link.fd < 0)
            continue;
        if (lobby->polls[i].revents != 0 && !listen_to(lobby, i))
            return false;
        if (!lobby->is_closed_party
            && now_ns - guest->since_ns > (uint64_t)GST_ARRIVE_HELLO_S * 1000000000u)
            gst_link_close(&guest->link);
    }
    return true;
}

/* Those that are here say nothing until all are: what comes is a reason, or the end. */
static bool serve_ranks(struct lobby *lobby)
{
    struct gst_meet *meet = lobby->step->meet;

    for (int i = 0; i < meet->size; i++) {
        struct gst_meet_link *link = &meet->links[i];

        if (link->fd < 0 || lobby->polls[lobby->guest_count + i].revents == 0)
            continue;
        gst_link_expect(link, NULL, 0);
        if (gst_link_take(link) == GST_LINK_DONE && link->header.kind == GST_WIRE_ABORT)
            return gst_step_heed(lobby->step, i);
        return gst_step_lose(lobby->step, i);
    }
    return true;
}

static void fill_polls(struct lobby *lobby)
{
    const struct gst_meet *meet = lobby->step->meet;
    struct pollfd *poll = lobby->polls;

    for (int i = 0; i < lobby->guest_count; i++)
        *poll++ = (struct pollfd){ .fd = lobby->guests[i].link.fd, .events = POLLIN };
    for (int i = 0; i < meet->size; i++)
        *poll++ = (struct pollfd){ .fd = meet->links[i].fd, .events = POLLIN };
    *poll = (struct pollfd){ .fd = lobby->listener, .events = POLLIN };
}

static bool receive_all(struct lobby *lobby)
{
    struct gst_step *step = lobby->step;
    const size_t count = (size_t)lobby->guest_count + (size_t)step->meet->size + 1;

    while (lobby->left > 0) {
        fill_polls(lobby);
        if (!gst_step_poll(step, lobby->polls, count, 1) || !serve_ranks(lobby)
            || !serve_guests(lobby))
            return false;
        if (lobby->polls[count - 1].revents != 0)
            open_door(lobby);
        if (lobby->left > 0 && gst_step_is_late(step))
            return gst_step_miss(step);
    }
    for (int i = 0; i < step->meet->size; i++) {
        if (step->meet->links[i].fd >= 0 && !tell(lobby, i, GST_WIRE_WELCOME))
            return false;
    }
    return true;
}

/* Whoever still waits in the lobby when it closes. */
static void empty_lobby(struct lobby *lobby, bool is_complete)
{
    const struct gst_meet *meet = lobby->step->meet;

    for (int i = 0; i < lobby->guest_count; i++) {
        struct gst_meet_link *link = &lobby->guests[i].link;

        if (is_complete)
            gst_link_close(link);
        else
            gst_link_dismiss(link, GST_WIRE_ABORT, meet->finding, meet->failure);
    }
}

static bool prepare_lobby(struct lobby *lobby, const int *descriptors, int count)
{
    const size_t polls = (size_t)lobby->guest_count + (size_t)lobby->step->meet->size + 1;

    lobby->guests = calloc((size_t)lobby->guest_count, sizeof(*lobby->guests));
    lobby->polls = calloc(polls, sizeof(*lobby->polls));
    if (lobby->guests == NULL || lobby->polls == NULL) {
        for (int i = 0; i < count; i++)
            close(descriptors[i]);
        return gst_step_fail(lobby->step, GST_SUITE_NO_HOST_MEMORY, "no memory to meet %d ranks",
                             lobby->step->meet->size);
    }
    for (int i = 0; i < lobby->guest_count; i++) {
        lobby->guests[i].link.fd = -1;
        if (i < count)
            gst_link_open(&lobby->guests[i].link, descriptors[i]);
    }
    return true;
}

bool gst_arrive_receive(struct gst_step *step, const struct gst_card *terms, int listener,
                        const int *descriptors, int count)
{
    const struct gst_meet *meet = step->meet;
    struct lobby lobby = {
        .step = step,
        .terms = terms,
        .listener = listener,
        .is_closed_party = listener < 0,
        .guest_count = listener < 0 ? count : GST_ARRIVE_GUESTS,
        .left = meet->rank < 0 ? meet->size : meet->size - 1,
    };
    bool ok = prepare_lobby(&lobby, descriptors, count);

    if (ok) {
        ok = receive_all(&lobby);
        empty_lobby(&lobby, ok);
    }
    free(lobby.guests);
    free(lobby.polls);
    return ok;
}
