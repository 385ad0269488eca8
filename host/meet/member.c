/* SPDX-License-Identifier: Apache-2.0 */
/* The side of arriving that is no hub, and what both sides prepare; see arrive.h. */
#include <stdio.h>
#include <stdlib.h>

#include "meet/arrive.h"

bool gst_arrive_prepare(struct gst_meet *meet, bool is_hub, int rank, int size,
                        struct gst_status *st)
{
    const size_t links = is_hub ? (size_t)size : 1;

    meet->is_hub = is_hub;
    meet->rank = rank;
    meet->size = size;
    meet->links = calloc(links, sizeof(*meet->links));
    meet->cards = calloc(links, sizeof(*meet->cards));
    if (meet->links == NULL || meet->cards == NULL) {
        gst_meet_release(meet);
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to meet %d ranks", size);
    }
    for (size_t i = 0; i < links; i++)
        meet->links[i].fd = -1;
    return true;
}

/* Waits for what the link is ready to do; false: the meeting has failed, or it took longer than
 * `until`. */
static bool wait_for(struct gst_step *step, short events, const struct gst_step *until)
{
    struct pollfd poll = { .fd = step->meet->links[0].fd, .events = events };

    return gst_step_poll(step, &poll, 1, 1) && !gst_step_is_late(step)
           && (until == NULL || !gst_step_is_late(until));
}

/* The next message, GST_LINK_AGAIN: not in time. */
static enum gst_link_state next(struct gst_step *step, const struct gst_step *until)
{
    struct gst_meet_link *link = &step->meet->links[0];
    enum gst_link_state state;

    gst_link_expect(link, NULL, 0);
    do
        state = gst_link_take(link);
    while (state == GST_LINK_AGAIN && wait_for(step, POLLIN, until));
    return state;
}

static enum gst_link_state say_hello(struct gst_step *step, const struct gst_card *own,
                                     const struct gst_step *until)
{
    struct gst_meet_link *link = &step->meet->links[0];
    uint8_t card[GST_WIRE_CARD_SIZE];
    enum gst_link_state state;

    gst_wire_put_card(card, own);
    gst_link_prepare(link, GST_WIRE_HELLO, 0, card, sizeof(card), NULL, 0);
    do
        state = gst_link_give(link);
    while (state == GST_LINK_AGAIN && wait_for(step, POLLOUT, until));
    return state;
}

static enum gst_arrive_answer again(struct gst_step *step, const char *reason, char *why,
                                    size_t size)
{
    gst_link_close(&step->meet->links[0]);
    if (step->meet->finding != GST_NO_FINDING)
        return GST_ARRIVE_NEVER;
    snprintf(why, size, "%s", reason);
    return GST_ARRIVE_AGAIN;
}

/* The hub says why not. Refused is who is of another job, or of another version: that hub is not
 * the one that is looked for. */
static enum gst_arrive_answer refused(struct gst_step *step, char *why, size_t size)
{
    char cause[GST_CAUSE_SIZE];
    enum gst_finding_id finding = gst_link_take_reason(step->meet->links[0].small, cause);

    if (step->meet->links[0].header.kind == GST_WIRE_REFUSE)
        return again(step, cause, why, size);
    gst_step_fail(step, finding, "%s", cause);
    return GST_ARRIVE_NEVER;
}

enum gst_arrive_answer gst_arrive_join(struct gst_step *step, const struct gst_card *own,
                                       double seat_s, char *why, size_t size)
{
    struct gst_meet_link *link = &step->meet->links[0];
    const struct gst_step seat = gst_step_begin(step->meet, NULL, seat_s, NULL);
    enum gst_link_state state = say_hello(step, own, &seat);

    /* A hub that has closed already may have left the reason. */
    if (state == GST_LINK_DONE || state == GST_LINK_GONE)
        state = next(step, &seat);
    if (state == GST_LINK_OTHER_VERSION)
        return again(step, "rank 0 is another version of gpu-selftest", why, size);
    if (state == GST_LINK_FOREIGN)
        return again(step, "what listens there is not gpu-selftest", why, size);
    if (state != GST_LINK_DONE)
        return again(step, "what listens there does not answer as rank 0 would", why, size);
    if (link->header.kind == GST_WIRE_REFUSE || link->header.kind == GST_WIRE_ABORT)
        return refused(step, why, size);
    if (link->header.kind != GST_WIRE_SEAT
        || !gst_wire_take_card(link->small, &step->meet->cards[0]))
        return again(step, "what listens there is not rank 0", why, size);
    /* From here on it is the hub: what ends now has ended for all. */
    gst_step_be_patient(step);
    state = next(step, NULL);
    if (state == GST_LINK_DONE && link->header.kind == GST_WIRE_WELCOME)
        return GST_ARRIVED;
    if (state == GST_LINK_DONE && link->header.kind == GST_WIRE_ABORT)
        gst_step_heed(step, 0);
    else if (state == GST_LINK_AGAIN)
        gst_step_miss(step);
    else
        gst_step_lose(step, 0);
    return GST_ARRIVE_NEVER;
}
