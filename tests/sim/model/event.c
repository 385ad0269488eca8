/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: operations without duration that write down the device's time. One may be destroyed or
 * recorded again while it is pending, so the operation holds a share of it.
 */
#include "model/stream.h"

#include <stdlib.h>

#include "model/handle.h"
#include "model/poll.h"

struct event {
    struct sim_context *context;
    unsigned flags;
    unsigned holders;  /* the handle and the pending records */
    unsigned recorded; /* so many times */
    struct sim_op_ref op;
    sim_time time;
};

/* One recording; only the newest of an event may set its time. */
struct record {
    struct event *event;
    unsigned number;
};

static void let_go(struct event *event)
{
    if (--event->holders == 0)
        free(event);
}

static void note_time(void *data, sim_time end)
{
    struct record *record = data;

    if (record->event->recorded == record->number)
        record->event->time = end;
}

static void release_record(void *data)
{
    struct record *record = data;

    let_go(record->event);
    free(record);
}

int sim_event_create(struct sim_context *context, unsigned flags, void **handle)
{
    const unsigned known = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING | CU_EVENT_INTERPROCESS;

    if ((flags & ~known) != 0)
        return CUDA_ERROR_INVALID_VALUE;
    if ((flags & CU_EVENT_INTERPROCESS) != 0)
        return CUDA_ERROR_NOT_SUPPORTED;
    struct event *event = calloc(1, sizeof *event);
    if (event == NULL)
        abort();
    event->context = context;
    event->flags = flags;
    event->holders = 1;
    *handle = sim_handle_new(SIM_HANDLE_EVENT, event);
    return CUDA_SUCCESS;
}

int sim_event_destroy(void *handle)
{
    struct event *event = sim_handle_get(SIM_HANDLE_EVENT, handle);

    if (event == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    sim_handle_drop(SIM_HANDLE_EVENT, handle);
    let_go(event);
    return CUDA_SUCCESS;
}

int sim_event_record(struct sim_context *context, void *handle, void *stream)
{
    struct event *event = sim_handle_get(SIM_HANDLE_EVENT, handle);
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, stream, &queue, &owner);

    if (error != CUDA_SUCCESS)
        return error;
    if (event == NULL || event->context != owner)
        return CUDA_ERROR_INVALID_HANDLE;
    struct record *record = calloc(1, sizeof *record);
    if (record == NULL)
        abort();
    event->holders++;
    *record = (struct record){ event, ++event->recorded };
    const struct sim_op_spec spec = { .effect = note_time,
                                      .release = release_record,
                                      .data = record };
    event->op = sim_engine_submit(&sim_world.engine, queue, &spec);
    return CUDA_SUCCESS;
}

int sim_stream_wait_event(struct sim_context *context, void *handle, void *event_handle)
{
    const struct event *event = sim_handle_get(SIM_HANDLE_EVENT, event_handle);
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, handle, &queue, &owner);

    if (error != CUDA_SUCCESS)
        return error;
    if (event == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    const struct sim_op_spec spec = { .after = event->op };
    sim_engine_submit(&sim_world.engine, queue, &spec);
    return CUDA_SUCCESS;
}

int sim_event_synchronize(void *handle)
{
    const struct event *event = sim_handle_get(SIM_HANDLE_EVENT, handle);

    if (event == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    struct sim_context *context = event->context;
    sim_world_wait(event->op);
    if (sim_gpu_is_lost(context->device->gpu))
        sim_context_fail(context, CUDA_ERROR_UNKNOWN);
    return context->sticky;
}

int sim_event_query(void *handle)
{
    const struct event *event = sim_handle_get(SIM_HANDLE_EVENT, handle);

    if (event == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    return sim_poll(event->context, event, event->op);
}

int sim_event_elapsed(float *milliseconds, void *start, void *end)
{
    const struct event *from = sim_handle_get(SIM_HANDLE_EVENT, start);
    const struct event *to = sim_handle_get(SIM_HANDLE_EVENT, end);

    if (from == NULL || to == NULL || from->context != to->context)
        return CUDA_ERROR_INVALID_HANDLE;
    if (from->recorded == 0 || to->recorded == 0)
        return CUDA_ERROR_INVALID_HANDLE;
    if (((from->flags | to->flags) & CU_EVENT_DISABLE_TIMING) != 0)
        return CUDA_ERROR_INVALID_HANDLE;
    if (!sim_op_done(from->op) || !sim_op_done(to->op))
        return CUDA_ERROR_NOT_READY;
    *milliseconds = sim_clock_elapsed_ms(from->time, to->time);
    return CUDA_SUCCESS;
}

void sim_events_drop(const struct sim_context *context)
{
    for (void *handle = sim_handle_next(SIM_HANDLE_EVENT, NULL); handle != NULL;
         handle = sim_handle_next(SIM_HANDLE_EVENT, handle)) {
        const struct event *event = sim_handle_get(SIM_HANDLE_EVENT, handle);

        if (event->context == context)
            sim_event_destroy(handle);
    }
}
