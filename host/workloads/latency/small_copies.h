/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a copy costs that moves next to nothing: many of one page, each alone, one after the other
 * in a stream. They are queued while a walk through memory (chase.h) keeps the stream busy, or the
 * host's pace would be measured: a call costs it as much as such a copy costs the GPU.
 */
#ifndef GST_WORKLOADS_LATENCY_SMALL_COPIES_H
#define GST_WORKLOADS_LATENCY_SMALL_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/latency/chase.h"

/* A page: over any link that a GPU has it is through in a small part of what it takes to start the
 * copy (0.07 us over PCIe 5.0 x16), and still long enough to be the copy engine's work. */
#define GST_SMALL_COPY_BYTES 4096

/* So many for one sample, about 80 us: the events' resolution of half a microsecond (CUDA driver
 * API, cuEventElapsedTime) is under one percent of it. */
#define GST_SMALL_COPIES 64

/* Each sample copies a page of its own, so that what arrived tells of every sample; where there are
 * more of them, they begin anew. */
#define GST_SMALL_COPIES_PAGES ((size_t)48)
#define GST_SMALL_COPIES_BYTES (GST_SMALL_COPIES_PAGES * GST_SMALL_COPY_BYTES)

/* Queues the copy of page number `page` (below GST_SMALL_COPIES_PAGES) and returns. */
typedef bool (*gst_small_copy)(struct gst_lane *lane, void *data, size_t page,
                               struct gst_status *st);

struct gst_small_copies {
    struct gst_chase *lead; /* the caller's, with a cycle; its lane is the one that copies */
    uint32_t lead_hops;     /* so long that the host keeps ahead; found by trying */
    bool was_ahead;         /* false: not even behind the longest, and times are the host's */
};

/* What pages of so many samples hold, all together. Pure, as the next. */
size_t gst_small_copies_bytes(size_t samples);

struct gst_small_copies gst_small_copies_of(struct gst_chase *lead);

/* `seconds`, one copy's, for each of `count` samples. Waits. */
bool gst_small_copies_time(struct gst_small_copies *copies, gst_small_copy copy, void *data,
                           double *seconds, size_t count, struct gst_status *st);

#endif
