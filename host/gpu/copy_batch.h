/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measurement core of copies: a few to warm up, then sixteen with an event after each, all
 * queued at once on one stream, so that each gap between two events is one sample of the copy
 * engine's own time.
 *
 * The stream is not held by a kernel while the batch is queued. The copies that warm it up keep it
 * busy for far longer (4 x 10 ms at 512 MiB) than the host needs to queue the rest (about 40 calls
 * of a few microseconds), so the timed copies start back to back all the same; there is no latch
 * that could time out or dead-lock where launches are serialised, and no kernel is needed in a
 * build without any. Whether the host did keep ahead is observed, not assumed.
 */
#ifndef GST_GPU_COPY_BATCH_H
#define GST_GPU_COPY_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/path.h"

/* As nvbandwidth does it: 4 copies to warm up and 16 that count. The first bring clocks and link
 * up, and touch pages for the first time. */
#define GST_BATCH_WARM_UP 4
#define GST_BATCH_COPIES  16

/* How many of the copies that are still wanted the next batch takes. Pure. */
static inline size_t gst_batch_copies_of(size_t wanted)
{
    return wanted < GST_BATCH_COPIES ? wanted : GST_BATCH_COPIES;
}

/* Has the GPU come past a mark of this lane, or failed? "Not ready" is the answer that is hoped
 * for, and no failure to ask NVML about. */
bool gst_batch_has_passed(const struct gst_lane *lane, CUevent mark);

/* Zeroed when released. */
struct gst_batch {
    struct gst_lane *lane;
    CUevent marks[GST_BATCH_COPIES + 1];
    size_t copies;  /* that are timed; GST_BATCH_COPIES unless the owner takes fewer */
    bool was_ahead; /* the host had queued all before the first timed copy began */
};

/* Queues one copy on the lane's stream and returns. */
typedef bool (*gst_batch_copy)(struct gst_lane *lane, void *data, struct gst_status *st);

/* Makes the events, in the lane's context. Through the driver only: events and streams of both APIs
 * are the same objects. On failure what was made is released. */
bool gst_batch_init(struct gst_batch *batch, struct gst_lane *lane, struct gst_status *st);
void gst_batch_release(struct gst_batch *batch);

/* Queues the whole batch; the GPU works on it when this returns. */
bool gst_batch_queue(struct gst_batch *batch, gst_batch_copy copy, void *data,
                     struct gst_status *st);

/* Waits for it. `seconds`, one for each timed copy: batch->copies of them are written. */
bool gst_batch_finish(struct gst_batch *batch, double seconds[GST_BATCH_COPIES],
                      struct gst_status *st);

/* The same for two batches of one GPU side by side, such as both directions of a link: each copy
 * waits until the one before it has ended in both, so that a pair starts together and neither runs
 * alone for long. The first batch says how many. */
bool gst_batch_queue_pair(struct gst_batch *first, gst_batch_copy first_copy,
                          struct gst_batch *second, gst_batch_copy second_copy, void *data,
                          struct gst_status *st);

/* `seconds` of each pair, from its start until the slower of the two has ended. */
bool gst_batch_finish_pair(struct gst_batch *first, struct gst_batch *second,
                           double seconds[GST_BATCH_COPIES], struct gst_status *st);

#endif
