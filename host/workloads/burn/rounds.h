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

/* Waits for the oldest round that is queued, and notes its time and what was wrong in it. */
bool gst_burn_finish(struct gst_burn_seat *seat, struct gst_status *st);

/* Reads clocks and power once in a while; to be called when a round has ended and the next one is
 * queued. */
void gst_burn_read(struct gst_burn_seat *seat);

/* Is it time, and is the GPU at work? Before its first round has ended it was idle. Pure. */
bool gst_burn_is_to_be_read(const struct gst_burn_seat *seat);

/* Notes that a round has ended at that time of the GPU's clock. Of the last two the shorter counts
 * for how long the next one takes: one before which the GPU had nothing to do looks longer, and who
 * believed it would leave that GPU without work again. Pure. */
void gst_burn_note_end(struct gst_burn_seat *seat, double elapsed_s);

/* The seat that is the next to have finished: of those with rounds queued, the one whose oldest
 * ends first if it takes as long as the ones before. Whoever waited for another would let faster
 * GPUs run dry. -1: none has. Pure. */
int gst_burn_next(const struct gst_burn_seat *const *seats, int count);

#endif
