/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of several streams at once, in step: each copy waits until the one before it has ended in
 * all streams, so all of a step start together. Streams may belong to different GPUs.
 *
 * In step, and not side by side until the first stream has ended, since a slow stream would then
 * have ended a few copies only, or none. And it loses nothing: a stream's own time is taken from
 * the step's start to its own end, while all that are slower still run. What is faster and has
 * ended was held up elsewhere, by something that only then has room for others; whoever shares the
 * narrow place of a stream is, where shares are fair, no faster than it and still there.
 *
 * As in copy_batch.h no stream is held: copies that warm up keep all busy while the rest is queued,
 * and whether the host kept ahead is observed.
 */
#ifndef GST_GPU_TOGETHER_H
#define GST_GPU_TOGETHER_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/copy_batch.h"

/* One stream; its events are of its own GPU. */
struct gst_together_stream {
    struct gst_lane *lane; /* the caller's */
    void *data;            /* for the copy */
    CUevent warm;          /* warmed up */
    CUevent starts[GST_BATCH_COPIES];
    CUevent ends[GST_BATCH_COPIES];
    double seconds[GST_BATCH_COPIES]; /* of each copy, once finished */
};

/* Zeroed when released. */
struct gst_together {
    struct gst_together_stream *streams; /* the caller's */
    size_t count;
    size_t copies; /* that are timed; GST_BATCH_COPIES unless the owner takes fewer */
    /* In the first stream: all have ended the step before. */
    CUevent gates[GST_BATCH_COPIES + 1];
    double seconds[GST_BATCH_COPIES]; /* of each step, until the last stream ended it */
    bool was_ahead;                   /* the host had queued each step before its gate opened */
};

/* Makes the events. `streams` have lane and data set, at least one; they stay the caller's. On
 * failure what was made is released. */
bool gst_together_init(struct gst_together *together, struct gst_together_stream *streams,
                       size_t count, struct gst_status *st);
void gst_together_release(struct gst_together *together);

/* Queues one batch, GST_BATCH_WARM_UP and together->copies copies in each stream; the GPUs work on
 * it when this returns. A failure names its GPU in st->gpu. */
bool gst_together_queue(struct gst_together *together, gst_batch_copy copy, struct gst_status *st);

/* Waits for all and reads the times. */
bool gst_together_finish(struct gst_together *together, struct gst_status *st);

#endif
