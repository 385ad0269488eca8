/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All selected GPUs with pinned memory and buffers of one size, copying at once between host and
 * GPU, and each alone: the measurements behind fan.
 */
#ifndef GST_WORKLOADS_FAN_CROWD_H
#define GST_WORKLOADS_FAN_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/together.h"
#include "run/run.h"
#include "workloads/copy_buffers.h"
#include "workloads/host_copy/way.h"
#include "workloads/fan/uplinks.h"

enum gst_crowd_way { GST_CROWD_TO_GPUS, GST_CROWD_TO_HOST, GST_CROWD_WAYS };

struct gst_crowd_member {
    struct gst_lane lane;
    struct gst_copy_buffers buffers;
    struct gst_host_way way;
    uint32_t seed;                                 /* of the pattern last used */
    double rates[GST_CROWD_WAYS][GST_SAMPLES_MAX]; /* bytes per second, all at once */
    double alone[GST_CROWD_WAYS];                  /* the median of this one alone */
};

/* Large: from the heap. */
struct gst_crowd {
    struct gst_run *run;
    size_t count; /* of those that could be opened */
    struct gst_crowd_member members[GST_ENV_GPUS];
    struct gst_together_stream streams[GST_ENV_GPUS];
    struct gst_together together;
    struct gst_uplinks uplinks; /* under load */
    size_t bytes;               /* of every copy */
    size_t samples;             /* of each rate, all at once */
    bool was_ahead;             /* in every batch, that of one GPU alone included */
};

/* Opens all GPUs and takes memory, the same for each: less than wanted where the host or a GPU has
 * not enough for all. A GPU that cannot be used is reported and left out. False if the rest cannot
 * have memory; to be closed all the same. */
bool gst_crowd_open(struct gst_crowd *crowd, struct gst_run *run, struct gst_status *st);
void gst_crowd_close(struct gst_crowd *crowd);

/* Both ways, all at once, in as many copies as samples are wanted; then each alone, unless
 * host-copy has done so in this run. `right` is false, and the rest not measured, once data are
 * wrong: that is reported. */
bool gst_crowd_measure(struct gst_crowd *crowd, bool *right, struct gst_status *st);

#endif
