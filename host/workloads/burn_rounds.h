/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds of products on one seat: queued without waiting, and looked at when they have ended, by
 * the GPU's own clock.
 */
#ifndef GST_WORKLOADS_BURN_ROUNDS_H
#define GST_WORKLOADS_BURN_ROUNDS_H

#include "workloads/burn_seat.h"

/* The time from which the seat counts. */
bool gst_burn_begin(struct gst_burn_seat *seat, struct gst_status *st);

/* Queues one more round; at most GST_BURN_SLOTS may be queued. Reads clocks and power once in a
 * while, since the GPU is busy then. */
bool gst_burn_queue(struct gst_burn_seat *seat, struct gst_status *st);

/* Waits for the oldest round that is queued, and notes its time and what was wrong in it. */
bool gst_burn_finish(struct gst_burn_seat *seat, struct gst_status *st);

/* The seat that is the next to have finished: of those with rounds queued, the one whose clock is
 * least advanced. -1: none has. Pure. */
int gst_burn_next(const struct gst_burn_seat *const *seats, int count);

#endif
