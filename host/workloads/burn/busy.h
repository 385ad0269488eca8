/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the time a GPU surely worked: of rounds that were queued before it came to them. What
 * idles is cooler and its clocks are higher, so that its rate is none of a long load. Pure.
 */
#ifndef GST_WORKLOADS_BURN_BUSY_H
#define GST_WORKLOADS_BURN_BUSY_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed at the start. Times are of the GPU's clock. */
struct gst_burn_busy {
    uint64_t rounds;
    double begun_s; /* the end of the first round: that one found the GPU idle */
    double ended_s;
    double busy_s;
};

/* Adds a round that took `round_s` and ended at `ended_s`; one that was late was not all queued
 * when the GPU came to its end, and nobody knows how long it had nothing to do in between. */
void gst_burn_busy_add(struct gst_burn_busy *busy, double round_s, double ended_s, bool was_late);

/* From 0 to 1; NaN before the second round has ended. */
double gst_burn_busy_share(const struct gst_burn_busy *busy);

/* Too little for a rate to be one of a long load? Not where the share is not known. */
bool gst_burn_is_idle(double share);

/* Can one thread queue products that take so long on each of `gpus` GPUs as fast as these make
 * them? If not, it is the size that was asked for that lets them idle. */
bool gst_burn_host_keeps_up(double product_s, int gpus);

#endif
