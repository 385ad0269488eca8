/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who else uses a GPU. NVML lists processes by number, but in a container the numbers may be those
 * of the host, or the list may be empty: what is not known is not guessed, and our own process is
 * never taken for another.
 */
#ifndef GST_GPU_OTHERS_H
#define GST_GPU_OTHERS_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/env.h"

/* Of the time; below, a process explains no slow number. DCGM waits for so little before it
 * measures bandwidth. */
#define GST_OTHERS_BUSY_PERCENT 10

struct gst_others {
    unsigned count;
    unsigned pid;     /* of one of them, as NVML numbers it; 0: not known */
    bool has_use;     /* NVML tells how busy each process is */
    unsigned percent; /* of the time, the busiest of them */
};

/* Asks NVML, while this process has a context on the GPU; nobody where it does not tell. */
void gst_others_read(struct gst_env *env, const struct gst_gpu *gpu, struct gst_others *others);

/* Which of `count` listed processes are others: all but ours; if ours is not among them, it is
 * there under a number of the host's, so all but one. Pure. */
struct gst_others gst_others_of(const unsigned *pids, size_t count, unsigned own);

/* True if one of them may be why a number is low: it is busy, or is there and nobody tells how
 * busy. Pure. */
bool gst_others_disturb(const struct gst_others *others);

/* "none", "1, pid 4711, busy 40 % of the time". Returns `text`. Pure. */
const char *gst_others_describe(const struct gst_others *others, char *text, size_t size);

#endif
