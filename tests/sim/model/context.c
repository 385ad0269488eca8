/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A context lives in its device and is activated by the first retain. Its handle changes with each
 * activation: whoever kept the old one is told that the context is gone.
 */
#include "model/context.h"

#include "model/alloc.h"
#include "model/handle.h"
#include "model/module.h"
#include "model/stream.h"
#include "model/strict.h"

static _Thread_local void *current;

static int activate(struct sim_context *context)
{
    unsigned group = 0;

    context->generation++;
    group = context->generation * SIM_DEVICES + (unsigned)sim_device_ordinal(context->device);
    context->legacy = sim_engine_stream(&sim_world.engine, SIM_STREAM_LEGACY, group);
    context->per_thread = sim_engine_stream(&sim_world.engine, SIM_STREAM_BLOCKING, group);
    if (context->legacy == NULL || context->per_thread == NULL)
        return CUDA_ERROR_OUT_OF_MEMORY;
    context->handle = sim_handle_new(SIM_HANDLE_CONTEXT, context);
    context->sticky = CUDA_SUCCESS;
    context->peers = 0;
    context->seed = 0;
    return CUDA_SUCCESS;
}

int sim_context_retain(struct sim_device *device, void **handle)
{
    struct sim_context *context = &device->context;

    if (sim_gpu_is_lost(device->gpu))
        return CUDA_ERROR_UNKNOWN;
    context->device = device;
    if (context->refs == 0) {
        int error = activate(context);
        if (error != CUDA_SUCCESS)
            return error;
    }
    context->refs++;
    *handle = context->handle;
    return CUDA_SUCCESS;
}

/* The last release waits for the work, then everything that was made in the context goes. */
int sim_context_release(struct sim_device *device)
{
    struct sim_context *context = &device->context;

    if (context->refs == 0) {
        sim_strict_report("primary context of device %d released more often than retained",
                          sim_device_ordinal(device));
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (--context->refs > 0)
        return CUDA_SUCCESS;
    sim_context_synchronize(context);
    sim_streams_drop(context);
    sim_events_drop(context);
    sim_modules_drop(context);
    sim_blocks_drop(context);
    sim_engine_stream_free(context->legacy);
    sim_engine_stream_free(context->per_thread);
    sim_handle_drop(SIM_HANDLE_CONTEXT, context->handle);
    context->handle = NULL;
    return CUDA_SUCCESS;
}

struct sim_context *sim_context_get(void *handle)
{
    return sim_handle_get(SIM_HANDLE_CONTEXT, handle);
}

int sim_context_set_current(void *handle)
{
    if (handle != NULL && sim_context_get(handle) == NULL)
        return CUDA_ERROR_INVALID_CONTEXT;
    current = handle;
    return CUDA_SUCCESS;
}

void *sim_context_current_handle(void)
{
    return current;
}

int sim_context_need(struct sim_context **context)
{
    if (current == NULL)
        return CUDA_ERROR_INVALID_CONTEXT;
    *context = sim_context_get(current);
    if (*context == NULL)
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    if (sim_gpu_is_lost((*context)->device->gpu))
        sim_context_fail(*context, CUDA_ERROR_UNKNOWN);
    return (*context)->sticky;
}

void sim_context_fail(struct sim_context *context, int error)
{
    if (context->sticky == CUDA_SUCCESS)
        context->sticky = error;
}

int sim_context_synchronize(struct sim_context *context)
{
    for (unsigned i = 0; i < sim_world.engine.stream_count; i++) {
        const struct sim_stream *stream = sim_world.engine.streams[i];

        if (stream->group == context->legacy->group)
            sim_world_wait(sim_stream_last(stream));
    }
    if (sim_gpu_is_lost(context->device->gpu))
        sim_context_fail(context, CUDA_ERROR_UNKNOWN);
    return context->sticky;
}

static struct sim_context *peer_of(struct sim_context *context, void *handle)
{
    struct sim_context *peer = sim_context_get(handle);

    return peer != NULL && peer != context ? peer : NULL;
}

int sim_peer_enable(struct sim_context *context, void *peer_handle)
{
    struct sim_context *peer = peer_of(context, peer_handle);

    if (peer == NULL)
        return CUDA_ERROR_INVALID_CONTEXT;
    if (!sim_peer_possible(context->device, peer->device))
        return CUDA_ERROR_PEER_ACCESS_UNSUPPORTED;
    uint32_t bit = UINT32_C(1) << sim_device_ordinal(peer->device);
    if (context->peers & bit)
        return CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED;
    context->peers |= bit;
    return CUDA_SUCCESS;
}

int sim_peer_disable(struct sim_context *context, void *peer_handle)
{
    struct sim_context *peer = peer_of(context, peer_handle);

    if (peer == NULL)
        return CUDA_ERROR_INVALID_CONTEXT;
    uint32_t bit = UINT32_C(1) << sim_device_ordinal(peer->device);
    if (!(context->peers & bit))
        return CUDA_ERROR_PEER_ACCESS_NOT_ENABLED;
    context->peers &= ~bit;
    return CUDA_SUCCESS;
}
