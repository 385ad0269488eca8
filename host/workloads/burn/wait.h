/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for one GPU of burn without being held up by it: it is asked again and again, and what
 * has not ended long after it should have is called hung. Then no call is made about that GPU any
 * more, and the others go on.
 */
#ifndef GST_WORKLOADS_BURN_WAIT_H
#define GST_WORKLOADS_BURN_WAIT_H

#include "workloads/burn/seat.h"

enum gst_burn_answer {
    GST_BURN_NOT_YET,
    GST_BURN_HAS_ENDED,
    GST_BURN_HAS_FAILED,
};

/* How long a round may take until its GPU is called hung, where those before took `round_s` (0: it
 * is the first) and the supervisor leaves `spare_s` beyond the minutes that were asked for. Pure.
 */
double gst_burn_patience_s(double round_s, double spare_s);

/* From now on the next round that ends is waited for. */
void gst_burn_watch_begin(struct gst_burn_watch *watch);

/* Has the oldest round that is queued ended? Failed with the cause in `st`, also where the GPU is
 * called hung. */
enum gst_burn_answer gst_burn_ask(struct gst_burn_seat *seat, struct gst_status *st);

/* Until all that is queued in the seat's lane has ended; false as above. */
bool gst_burn_wait(struct gst_burn_seat *seat, struct gst_status *st);

/* Rests between two questions; longer each time, from 0 on. */
void gst_burn_nap(long *nap_ns);

#endif
