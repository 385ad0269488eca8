/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a meeting begins: the hub takes in whoever says that it is a rank, and the others say so and
 * are taken in. Before that nothing that comes over a connection is believed.
 */
#ifndef GST_MEET_ARRIVE_H
#define GST_MEET_ARRIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "meet/meet.h"
#include "meet/steps.h"

/* Somebody who connects and says nothing is sent away after this long. */
#define GST_ARRIVE_HELLO_S 5

/* Connections at a time that have not said who they are; the oldest has to go for a new one. */
#define GST_ARRIVE_GUESTS 32

/* Gives a meeting its links and cards, none of them open. */
bool gst_arrive_prepare(struct gst_meet *meet, bool is_hub, int rank, int size,
                        struct gst_status *st);

/* The hub's side. Returns when all ranks have arrived and were told so. `terms` is the hub's own
 * card. `listener` is a listening socket that stays the caller's; -1: the `count` descriptors are
 * all there will be, and the i-th is rank i's. Takes those over. */
bool gst_arrive_receive(struct gst_step *step, const struct gst_card *terms, int listener,
                        const int *descriptors, int count);

enum gst_arrive_answer {
    GST_ARRIVED,      /* the meeting is complete */
    GST_ARRIVE_AGAIN, /* whoever answered is not this job's hub, or nobody did: `why` */
    GST_ARRIVE_NEVER, /* the meeting has failed */
};

/* The other side, over the connected link 0, which is closed unless the meeting is complete.
 * Whoever does not know this rank within `seat_s` is no hub. `why` is written with
 * GST_ARRIVE_AGAIN. */
enum gst_arrive_answer gst_arrive_join(struct gst_step *step, const struct gst_card *own,
                                       double seat_s, char *why, size_t size);

#endif
