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
    bool is_told; /* this process, which has a context there, is on the list */
    bool
        has_numbers; /* it is there by its own number, so that others' numbers are what they seem */
    unsigned count;
    unsigned pid;     /* of one of them, as NVML numbers it; 0: not known */
    bool has_use;     /* NVML tells how busy each process is */
    unsigned percent; /* of the time, the busiest of them */
};

/* Asks NVML, while this process has a context on the GPU. */
void gst_others_read(struct gst_env *env, const struct gst_gpu *gpu, struct gst_others *others);

/* Which of `count` listed processes are others: all but ours; if ours is not among them, it is
 * there under a number of the host's, so all but one. An empty list tells nothing. Pure. */
struct gst_others gst_others_of(const unsigned *pids, size_t count, unsigned own);

/* How busy process `pids[i]` keeps the GPU, percents[i] of the time: sets the use of the busiest
 * that is not ours. Where numbers are the host's, the busiest of all is taken for us. Pure. */
void gst_others_set_use(struct gst_others *others, const unsigned *pids, const unsigned *percents,
                        size_t count, unsigned own);

/* True if one of them may be why a number is low: it is busy, or is there and nobody tells how
 * busy. Pure. */
bool gst_others_disturb(const struct gst_others *others);

/* "not told", "none", "1, pid 4711, busy 40 % of the time". Returns `text`. Pure. */
const char *gst_others_describe(const struct gst_others *others, char *text, size_t size);

#endif
