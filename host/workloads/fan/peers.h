/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other half of fan: all GPUs push into one at once, and one pushes to all others. Everything
 * that a GPU has of links to the others is in use, where a pair uses no more than what joins it.
 */
#ifndef GST_WORKLOADS_FAN_PEERS_H
#define GST_WORKLOADS_FAN_PEERS_H

#include "workloads/fan/crowd.h"

extern const struct gst_metric_def gst_fan_all_to_one;
extern const struct gst_metric_def gst_fan_one_to_all;

/* Measures, judges and reports both for every GPU of a crowd that has been measured. Pairs without
 * direct access are left out, which is told. False with the cause in `st`. */
bool gst_fan_peers(struct gst_crowd *crowd, struct gst_status *st);

#endif
