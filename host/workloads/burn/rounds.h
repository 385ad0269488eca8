/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds of products on one seat: queued without waiting, and looked at when they have ended, by
 * the GPU's own clock.
 */
#ifndef GST_WORKLOADS_BURN_ROUNDS_H
#define GST_WORKLOADS_BURN_ROUNDS_H

#include "workloads/burn/seat.h"

/* The time from which the seat counts. */
bool gst_burn_begin(struct gst_burn_seat *seat, struct gst_status *st);

/* Queues one more round; at most GST_BURN_SLOTS may be queued. */
bool gst_burn_queue(struct gst_burn_seat *seat, struct gst_status *st);

/* Notes the time of the oldest round that is queued and what was wrong in it; to be called when it
 * has ended (wait.h). */
bool gst_burn_finish(struct gst_burn_seat *seat, struct gst_status *st);

/* Reads clocks and power once in a while; to be called when a round has ended and the next one is
 * queued. False if it did not. */
bool gst_burn_read(struct gst_burn_seat *seat);

/* Is it time, and is the GPU at work? Before its first round has ended it was idle. Pure. */
bool gst_burn_is_to_be_read(const struct gst_burn_seat *seat);

#endif
