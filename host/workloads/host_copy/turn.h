/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GPU's turn in host-copy: its buffers, and the ways of copying that are timed. What the
 * numbers are worth is host_copy.c's.
 */
#ifndef GST_WORKLOADS_HOST_COPY_TURN_H
#define GST_WORKLOADS_HOST_COPY_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/copy_batch.h"
#include "run/run.h"
#include "workloads/copy_buffers.h"
#include "workloads/host_copy/way.h"

/* Samples of each direction, one at a time. */
struct gst_host_samples {
    double to_gpu[GST_SAMPLES_MAX];
    double from_gpu[GST_SAMPLES_MAX];
};

/* One GPU's turn. */
struct gst_host_turn {
    struct gst_run *run;
    struct gst_lane lane;  /* to the GPU, and back where one goes at a time */
    struct gst_lane other; /* back, where both go at once */
    struct gst_batch batch;
    struct gst_batch other_batch;
    struct gst_copy_buffers buffers;
    struct gst_host_way way;
    bool was_ahead;
    uint32_t seed; /* of the pattern last used */
    size_t samples;
    struct gst_host_samples each;
    struct gst_host_samples again;
    double both_ways[GST_SAMPLES_MAX];
    double pageable_to_gpu[GST_SAMPLES_MAX];
    double pageable_from_gpu[GST_SAMPLES_MAX];
};

/* Opens two lanes to the GPU and allocates near it. On failure what was got is for
 * gst_host_turn_close. `turn` has run and seed set, was_ahead true, and is zero otherwise;
 * `uplinks` must stay. */
bool gst_host_turn_open(struct gst_host_turn *turn, struct gst_gpu *gpu,
                        struct gst_uplinks *uplinks, struct gst_status *st);
void gst_host_turn_close(struct gst_host_turn *turn);

/* All that follow: *right is false once data are wrong, which is reported. */

/* One copy each way before anything is timed: it leaves a known pattern everywhere, and a GPU that
 * loses data shows by its first write, not by the last of twenty. */
bool gst_host_turn_copy_once(struct gst_host_turn *turn, bool *right, struct gst_status *st);

/* Times turn->batch.copies copies to the GPU, and as many back, behind the first `done` samples of
 * `each`. */
bool gst_host_turn_time_each_way(struct gst_host_turn *turn, struct gst_host_samples *each,
                                 size_t done, bool *right, struct gst_status *st);

/* As many in both directions at once, behind turn->samples. */
bool gst_host_turn_time_both_ways(struct gst_host_turn *turn, bool *right, struct gst_status *st);

/* The same with pageable memory, one direction at a time. */
bool gst_host_turn_time_pageable(struct gst_host_turn *turn, bool *right, struct gst_status *st);

#endif
