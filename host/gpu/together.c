/* SPDX-License-Identifier: Apache-2.0 */
/* Queueing in step, waiting, reading events; see together.h. */
#include "gpu/together.h"

#include "gpu/error.h"

/* Calls about a stream are made in its GPU's context; one that hangs is that GPU's. */
static bool use(const struct gst_together_stream *stream, struct gst_status *st)
{
    stream->lane->env->progress->gpu = stream->lane->gpu->index;
    return gst_gpu_use(stream->lane->env, stream->lane->gpu, st);
}

/* A failure is that of the stream's GPU. */
static bool blame(const struct gst_together_stream *stream, bool ok, struct gst_status *st)
{
    if (!ok)
        st->gpu = stream->lane->gpu->index;
    return ok;
}

static bool make_events(const struct gst_lane *lane, CUevent *events, size_t count,
                        struct gst_status *st)
{
    for (size_t i = 0; i < count; i++) {
        if (!GST_CU(lane->env, st, cuEventCreate, (&events[i], CU_EVENT_DEFAULT)))
            return false;
    }
    return true;
}

static void drop_events(const struct gst_lane *lane, CUevent *events, size_t count)
{
    struct gst_status ignored = GST_STATUS_INIT;

    for (size_t i = 0; i < count; i++) {
        if (events[i] != NULL)
            GST_CU(lane->env, &ignored, cuEventDestroy, (events[i]));
        events[i] = NULL;
    }
}

static bool init_stream(struct gst_together_stream *stream, struct gst_status *st)
{
    return use(stream, st)
           && blame(stream,
                    make_events(stream->lane, &stream->warm, 1, st)
                        && make_events(stream->lane, stream->starts, GST_BATCH_COPIES, st)
                        && make_events(stream->lane, stream->ends, GST_BATCH_COPIES, st),
                    st);
}

bool gst_together_init(struct gst_together *together, struct gst_together_stream *streams,
                       size_t count, struct gst_status *st)
{
    bool ok = true;

    *together =
        (struct gst_together){ .streams = streams, .count = count, .copies = GST_BATCH_COPIES };
    for (size_t i = 0; i < count; i++)
        streams[i] =
            (struct gst_together_stream){ .lane = streams[i].lane, .data = streams[i].data };
    for (size_t i = 0; i < count && ok; i++)
        ok = init_stream(&streams[i], st);
    ok = ok && use(&streams[0], st)
         && blame(&streams[0],
                  make_events(streams[0].lane, together->gates, GST_BATCH_COPIES + 1, st), st);
    if (!ok)
        gst_together_release(together);
    return ok;
}

void gst_together_release(struct gst_together *together)
{
    struct gst_status ignored = GST_STATUS_INIT;

    for (size_t i = 0; i < together->count; i++) {
        struct gst_together_stream *stream = &together->streams[i];

        if (!use(stream, &ignored))
            continue;
        drop_events(stream->lane, stream->ends, GST_BATCH_COPIES);
        drop_events(stream->lane, stream->starts, GST_BATCH_COPIES);
        drop_events(stream->lane, &stream->warm, 1);
        if (i == 0)
            drop_events(stream->lane, together->gates, GST_BATCH_COPIES + 1);
    }
    *together = (struct gst_together){ .count = 0 };
}

static bool wait_for(const struct gst_together_stream *stream, CUevent event, struct gst_status *st)
{
    return GST_CU(stream->lane->env, st, cuStreamWaitEvent,
                  (stream->lane->stream, event, CU_EVENT_WAIT_DEFAULT));
}

static bool mark(const struct gst_together_stream *stream, CUevent event, struct gst_status *st)
{
    return stream->lane->path->mark(stream->lane, event, st);
}

/* Where a stream stands before step `step`. */
static CUevent end_before(const struct gst_together_stream *stream, size_t step)
{
    return step == 0 ? stream->warm : stream->ends[step - 1];
}

/* The first stream waits for all others and opens the gate for them: 2 x n calls, where each
 * waiting for each takes n x n. */
static bool queue_gate(struct gst_together *together, size_t step, struct gst_status *st)
{
    const struct gst_together_stream *first = &together->streams[0];

    if (!use(first, st))
        return false;
    for (size_t i = 1; i < together->count; i++) {
        if (!blame(first, wait_for(first, end_before(&together->streams[i], step), st), st))
            return false;
    }
    return blame(first, mark(first, together->gates[step], st), st);
}

static bool queue_one(struct gst_together *together, size_t i, size_t step, gst_batch_copy copy,
                      struct gst_status *st)
{
    const struct gst_together_stream *stream = &together->streams[i];

    return use(stream, st)
           && blame(stream,
                    (i == 0 || wait_for(stream, together->gates[step], st))
                        && mark(stream, stream->starts[step], st)
                        && copy(stream->lane, stream->data, st)
                        && mark(stream, stream->ends[step], st),
                    st);
}

static bool queue_step(struct gst_together *together, size_t step, gst_batch_copy copy,
                       struct gst_status *st)
{
    for (size_t i = 0; i < together->count; i++) {
        if (!queue_one(together, i, step, copy, st))
            return false;
    }
    return true;
}

/* One copy of each in turn, lest the first have ended all before the last has begun. */
static bool queue_warm_up(struct gst_together *together, gst_batch_copy copy, struct gst_status *st)
{
    for (size_t n = 0; n < GST_BATCH_WARM_UP; n++) {
        for (size_t i = 0; i < together->count; i++) {
            const struct gst_together_stream *stream = &together->streams[i];
            const bool is_last = n + 1 == GST_BATCH_WARM_UP;

            if (!use(stream, st)
                || !blame(stream,
                          copy(stream->lane, stream->data, st)
                              && (!is_last || mark(stream, stream->warm, st)),
                          st))
                return false;
        }
    }
    return true;
}

bool gst_together_queue(struct gst_together *together, gst_batch_copy copy, struct gst_status *st)
{
    if (!queue_warm_up(together, copy, st))
        return false;
    together->was_ahead = true;
    for (size_t step = 0; step < together->copies; step++) {
        if (!queue_gate(together, step, st) || !queue_step(together, step, copy, st))
            return false;
        if (gst_batch_has_passed(together->streams[0].lane, together->gates[step]))
            together->was_ahead = false;
    }
    return queue_gate(together, together->copies, st);
}

static bool read_seconds(const struct gst_together_stream *stream, CUevent start, CUevent end,
                         double *seconds, struct gst_status *st)
{
    float milliseconds = 0.0F;

    if (!blame(stream,
               GST_CU(stream->lane->env, st, cuEventElapsedTime, (&milliseconds, start, end)), st))
        return false;
    *seconds = (double)milliseconds * 1e-3;
    return true;
}

static bool read_stream(struct gst_together_stream *stream, size_t copies, struct gst_status *st)
{
    for (size_t step = 0; step < copies; step++) {
        if (!read_seconds(stream, stream->starts[step], stream->ends[step], &stream->seconds[step],
                          st))
            return false;
    }
    return true;
}

static bool wait_until(const struct gst_together_stream *stream, CUevent event,
                       struct gst_status *st)
{
    return use(stream, st)
           && blame(stream, GST_CU(stream->lane->env, st, cuEventSynchronize, (event)), st);
}

/* Step by step: a copy that never ends holds up the streams of all others, and whoever waits for
 * one of those would be taken for the culprit. */
static bool wait_in_step(struct gst_together *together, struct gst_status *st)
{
    for (size_t step = 0; step <= together->copies; step++) {
        for (size_t i = 0; i < together->count; i++) {
            if (!wait_until(&together->streams[i], end_before(&together->streams[i], step), st))
                return false;
        }
    }
    return true;
}

bool gst_together_finish(struct gst_together *together, struct gst_status *st)
{
    if (!wait_in_step(together, st))
        return false;
    for (size_t i = 0; i < together->count; i++) {
        struct gst_together_stream *stream = &together->streams[i];

        if (!use(stream, st) || !blame(stream, stream->lane->path->wait(stream->lane, st), st))
            return false;
    }
    for (size_t i = 0; i < together->count; i++) {
        if (!use(&together->streams[i], st)
            || !read_stream(&together->streams[i], together->copies, st))
            return false;
    }
    if (!use(&together->streams[0], st))
        return false;
    for (size_t step = 0; step < together->copies; step++) {
        if (!read_seconds(&together->streams[0], together->gates[step], together->gates[step + 1],
                          &together->seconds[step], st))
            return false;
    }
    return true;
}
