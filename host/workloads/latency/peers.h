/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long one load of another GPU's memory takes, and one small copy there: every ordered pair of
 * GPUs that reach each other, one pair after the other.
 */
#ifndef GST_WORKLOADS_LATENCY_PEERS_H
#define GST_WORKLOADS_LATENCY_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "run/run.h"

/* From the GPU whose memory it is to the one that loads; from the source to the target. */
extern const struct gst_metric_def gst_latency_of_peer;
extern const struct gst_metric_def gst_latency_of_peer_copy;

/* Reports both for each pair, and data that were wrong; nothing where no pair reaches each other.
 * False with the cause in `st`, and st->gpu set where one GPU is to blame. */
bool gst_latency_peers(struct gst_run *run, uint32_t seed, struct gst_status *st);

#endif
