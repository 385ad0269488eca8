/* SPDX-License-Identifier: Apache-2.0 */
/* Stream handles over the engine's queues. */
#include "model/stream.h"

#include <stdlib.h>
#include <string.h>

#include "model/handle.h"
#include "model/poll.h"

struct stream {
    struct sim_context *context;
    struct sim_stream *queue;
};

int sim_stream_create(struct sim_context *context, unsigned flags, void **handle)
{
    if (flags != CU_STREAM_DEFAULT && flags != CU_STREAM_NON_BLOCKING)
        return CUDA_ERROR_INVALID_VALUE;
    enum sim_stream_kind kind =
        flags == CU_STREAM_NON_BLOCKING ? SIM_STREAM_INDEPENDENT : SIM_STREAM_BLOCKING;
    struct sim_stream *queue = sim_engine_stream(&sim_world.engine, kind, context->legacy->group);
    if (queue == NULL)
        return CUDA_ERROR_OUT_OF_MEMORY;
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        abort();
    stream->context = context;
    stream->queue = queue;
    *handle = sim_handle_new(SIM_HANDLE_STREAM, stream);
    return CUDA_SUCCESS;
}

/* What is pending in the stream still happens, as documented. */
int sim_stream_destroy(void *handle)
{
    struct stream *stream = sim_handle_get(SIM_HANDLE_STREAM, handle);

    if (stream == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    sim_engine_stream_free(stream->queue);
    sim_handle_drop(SIM_HANDLE_STREAM, handle);
    free(stream);
    return CUDA_SUCCESS;
}

int sim_stream_find(struct sim_context *context, void *handle, struct sim_stream **queue,
                    struct sim_context **owner)
{
    uintptr_t number = (uintptr_t)handle;

    *owner = context;
    if (number <= 2) { /* NULL and the legacy handle, then the per-thread one */
        *queue = number == 2 ? context->per_thread : context->legacy;
        return CUDA_SUCCESS;
    }
    struct stream *stream = sim_handle_get(SIM_HANDLE_STREAM, handle);
    if (stream == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    *queue = stream->queue;
    *owner = stream->context;
    return CUDA_SUCCESS;
}

int sim_stream_synchronize(struct sim_context *context, void *handle)
{
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, handle, &queue, &owner);

    if (error != CUDA_SUCCESS)
        return error;
    sim_world_wait(sim_stream_last(queue));
    if (sim_gpu_is_lost(owner->device->gpu))
        sim_context_fail(owner, CUDA_ERROR_UNKNOWN);
    return owner->sticky;
}

void sim_stream_launched(struct sim_stream *queue)
{
    const char *value = getenv("CUDA_LAUNCH_BLOCKING");

    if (value != NULL && value[0] != '\0' && strcmp(value, "0") != 0)
        sim_world_wait(sim_stream_last(queue));
}

int sim_stream_query(struct sim_context *context, void *handle)
{
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, handle, &queue, &owner);

    if (error != CUDA_SUCCESS)
        return error;
    return sim_poll(owner, queue, sim_stream_last(queue));
}

void sim_streams_drop(const struct sim_context *context)
{
    for (void *handle = sim_handle_next(SIM_HANDLE_STREAM, NULL); handle != NULL;
         handle = sim_handle_next(SIM_HANDLE_STREAM, handle)) {
        const struct stream *stream = sim_handle_get(SIM_HANDLE_STREAM, handle);

        if (stream->context == context)
            sim_stream_destroy(handle);
    }
}
