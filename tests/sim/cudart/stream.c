/* SPDX-License-Identifier: Apache-2.0 */
/* Streams. */
#include "model/stream.h"

#include "runtime.h"

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned int flags)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    void *handle = NULL;

    if (stream == NULL)
        return runtime_note(cudaErrorInvalidValue);
    int error = sim_stream_create(sim_call.context, flags, &handle);
    if (error == cudaSuccess)
        *stream = handle;
    return runtime_note(error);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_stream_destroy(stream));
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_stream_synchronize(sim_call.context, stream));
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_stream_query(sim_call.context, stream));
}
