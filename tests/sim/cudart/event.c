/* SPDX-License-Identifier: Apache-2.0 */
/* Events. */
#include "model/stream.h"
#include "runtime.h"

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned int flags)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    void *handle = NULL;

    if (event == NULL)
        return runtime_note(cudaErrorInvalidValue);
    int error = sim_event_create(sim_call.context, flags, &handle);
    if (error == cudaSuccess)
        *event = handle;
    return runtime_note(error);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_event_destroy(event));
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_event_record(sim_call.context, event, stream));
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_event_synchronize(event));
}

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t start, cudaEvent_t end)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    if (milliseconds == NULL)
        return runtime_note(cudaErrorInvalidValue);
    return runtime_note(sim_event_elapsed(milliseconds, start, end));
}
