/* SPDX-License-Identifier: Apache-2.0 */
/* Queueing, waiting, reading events; see copy_batch.h. */
#include "gpu/copy_batch.h"

#include "gpu/error.h"

bool gst_batch_init(struct gst_batch *batch, struct gst_lane *lane, struct gst_status *st)
{
    *batch = (struct gst_batch){ .lane = lane, .copies = GST_BATCH_COPIES };
    for (size_t i = 0; i <= GST_BATCH_COPIES; i++) {
        if (!GST_CU(lane->env, st, cuEventCreate, (&batch->marks[i], CU_EVENT_DEFAULT))) {
            gst_batch_release(batch);
            return false;
        }
    }
    return true;
}

void gst_batch_release(struct gst_batch *batch)
{
    struct gst_status ignored = GST_STATUS_INIT;

    for (size_t i = 0; i <= GST_BATCH_COPIES; i++) {
        if (batch->marks[i] != NULL)
            GST_CU(batch->lane->env, &ignored, cuEventDestroy, (batch->marks[i]));
    }
    *batch = (struct gst_batch){ .lane = NULL };
}

bool gst_batch_has_passed(const struct gst_lane *lane, CUevent mark)
{
    const struct gst_cuda *cuda = &lane->env->libs.cuda;
    CUresult result;

    if (cuda->cuEventQuery == NULL)
        return true;
    gst_call_enter(lane->env, "cuEventQuery");
    result = cuda->cuEventQuery(mark);
    lane->env->progress->call[0] = '\0';
    return result != CUDA_ERROR_NOT_READY;
}

bool gst_batch_queue(struct gst_batch *batch, gst_batch_copy copy, void *data,
                     struct gst_status *st)
{
    struct gst_lane *lane = batch->lane;

    for (size_t i = 0; i < GST_BATCH_WARM_UP; i++) {
        if (!copy(lane, data, st))
            return false;
    }
    if (!lane->path->mark(lane, batch->marks[0], st))
        return false;
    for (size_t i = 1; i <= batch->copies; i++) {
        if (!copy(lane, data, st) || !lane->path->mark(lane, batch->marks[i], st))
            return false;
    }
    batch->was_ahead = !gst_batch_has_passed(lane, batch->marks[0]);
    return true;
}

static bool seconds_between(const struct gst_batch *batch, CUevent start, CUevent end,
                            double *seconds, struct gst_status *st)
{
    float milliseconds = 0.0F;

    if (!GST_CU(batch->lane->env, st, cuEventElapsedTime, (&milliseconds, start, end)))
        return false;
    *seconds = (double)milliseconds * 1e-3;
    return true;
}

bool gst_batch_finish(struct gst_batch *batch, double seconds[GST_BATCH_COPIES],
                      struct gst_status *st)
{
    if (!batch->lane->path->wait(batch->lane, st))
        return false;
    for (size_t i = 0; i < batch->copies; i++) {
        if (!seconds_between(batch, batch->marks[i], batch->marks[i + 1], &seconds[i], st))
            return false;
    }
    return true;
}

/* Nothing that comes later in the lane begins before `mark` was passed. */
static bool wait_for(struct gst_lane *lane, CUevent mark, struct gst_status *st)
{
    return GST_CU(lane->env, st, cuStreamWaitEvent, (lane->stream, mark, CU_EVENT_WAIT_DEFAULT));
}

static bool queue_next(struct gst_batch *batch, const struct gst_batch *other, size_t i,
                       gst_batch_copy copy, void *data, struct gst_status *st)
{
    return wait_for(batch->lane, other->marks[i - 1], st) && copy(batch->lane, data, st)
           && batch->lane->path->mark(batch->lane, batch->marks[i], st);
}

bool gst_batch_queue_pair(struct gst_batch *first, gst_batch_copy first_copy,
                          struct gst_batch *second, gst_batch_copy second_copy, void *data,
                          struct gst_status *st)
{
    for (size_t i = 0; i < GST_BATCH_WARM_UP; i++) {
        if (!first_copy(first->lane, data, st) || !second_copy(second->lane, data, st))
            return false;
    }
    if (!first->lane->path->mark(first->lane, first->marks[0], st)
        || !second->lane->path->mark(second->lane, second->marks[0], st))
        return false;
    for (size_t i = 1; i <= first->copies; i++) {
        if (!queue_next(first, second, i, first_copy, data, st)
            || !queue_next(second, first, i, second_copy, data, st))
            return false;
    }
    first->was_ahead = !gst_batch_has_passed(first->lane, first->marks[0]);
    second->was_ahead = first->was_ahead;
    return true;
}

bool gst_batch_finish_pair(struct gst_batch *first, struct gst_batch *second,
                           double seconds[GST_BATCH_COPIES], struct gst_status *st)
{
    double before = 0;

    if (!first->lane->path->wait(first->lane, st) || !second->lane->path->wait(second->lane, st))
        return false;
    for (size_t i = 0; i <= first->copies; i++) {
        double end = 0;
        double other_end = 0;

        if (!seconds_between(first, first->marks[0], first->marks[i], &end, st)
            || !seconds_between(first, first->marks[0], second->marks[i], &other_end, st))
            return false;
        end = other_end > end ? other_end : end;
        if (i > 0)
            seconds[i - 1] = end - before;
        before = end;
    }
    return true;
}
