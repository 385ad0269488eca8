/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What copies between host and GPU need: two pinned buffers, two on the GPU, as large as wanted or
 * as there is room for, filled and compared.
 */
#ifndef GST_WORKLOADS_COPY_BUFFERS_H
#define GST_WORKLOADS_COPY_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/path.h"
#include "run/run.h"

/* Zeroed when released. */
struct gst_copy_buffers {
    size_t bytes;     /* of each */
    size_t extra;     /* by which `source` alone is longer */
    uint32_t *source; /* pinned */
    uint32_t *target; /* pinned */
    uint64_t gpu_in;  /* what is copied to the GPU goes here */
    uint64_t gpu_out; /* what is copied from the GPU comes from here */
    char limit[96];   /* what made it smaller than wanted; empty if nothing did */
};

/* How much to copy: --size, or 512 MiB, or 16 MiB on the simulator, where every byte is moved by
 * the CPU. Whole words. Pure but for what `run` says. */
size_t gst_copy_bytes_wanted(const struct gst_run *run);

/* Allocates in the lane's context. Takes less where two buffers would take more than half of the
 * GPU's free memory, or of the host's, or where the driver gives no more, and says so in `limit`.
 * False, with nothing kept, if even 1 MiB does not fit. */
bool gst_copy_buffers_init(struct gst_copy_buffers *buffers, const struct gst_run *run,
                           struct gst_lane *lane, struct gst_status *st);

/* The same with at most `wanted` bytes each, where so many GPUs, this one counted and those left
 * out that have theirs, share the host's memory. */
bool gst_copy_buffers_init_of(struct gst_copy_buffers *buffers, size_t wanted, size_t sharers,
                              struct gst_lane *lane, struct gst_status *st);
void gst_copy_buffers_release(struct gst_copy_buffers *buffers, struct gst_lane *lane);

/* The steps of it, for who has several GPUs: takes off `bytes` what does not fit, twice, into half
 * of this GPU's free memory, or of the part of the host's that so many sharers leave each. */
void gst_copy_buffers_fit(struct gst_copy_buffers *buffers, size_t sharers, struct gst_lane *lane);

/* Pins both buffers on the host, smaller ones where the driver pins no more. */
bool gst_copy_buffers_pin(struct gst_copy_buffers *buffers, struct gst_lane *lane,
                          struct gst_status *st);

/* Copies, as gst_batch_copy: `data` are the buffers. In takes the source to the GPU, back brings to
 * the target what was brought in. */
bool gst_copy_in(struct gst_lane *lane, void *data, struct gst_status *st);
bool gst_copy_back(struct gst_lane *lane, void *data, struct gst_status *st);

/* Compares what arrived with pattern `seed`, tries the comparison itself, and answers the checks.
 * `words` hold `bytes`; `what` was done with them: "after 20 copies to the GPU". True if all is
 * right. */
bool gst_copy_check(struct gst_run *run, int gpu, uint32_t *words, size_t bytes, uint32_t seed,
                    const char *what);

#endif
