/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of pageable memory, there and back. They go through a buffer of the driver's and hold the
 * caller up, so they are timed one by one, never queued behind anything, and never judged.
 */
#ifndef GST_WORKLOADS_HOST_COPY_PAGEABLE_H
#define GST_WORKLOADS_HOST_COPY_PAGEABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/path.h"
#include "run/run.h"

struct gst_pageable_test {
    uint64_t gpu_pointer; /* room for `bytes` */
    size_t bytes;         /* rounded down to whole words, one at least */
    size_t count;         /* copies in each direction */
    double *to_gpu;       /* bytes per second of each */
    double *from_gpu;
};

/* Copies pattern `seed` to the GPU and back and compares every word; *right if all arrived. What
 * went wrong with the data is a check of `run`, anything else is false with the cause in `st`. */
bool gst_pageable_time(const struct gst_pageable_test *test, struct gst_run *run,
                       struct gst_lane *lane, uint32_t seed, bool *right, struct gst_status *st);

#endif
