/* SPDX-License-Identifier: Apache-2.0 */
/* Streams. */
#include "model/stream.h"

#include <stddef.h>

#include "cuda_prototypes.h"

CUresult cuStreamCreate(CUstream *stream, unsigned int flags)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    void *handle = NULL;

    if (stream == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    int error = sim_stream_create(sim_call.context, flags, &handle);
    if (error == CUDA_SUCCESS)
        *stream = handle;
    return error;
}

CUresult cuStreamDestroy_v2(CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_stream_destroy(stream);
}

CUresult cuStreamSynchronize(CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_stream_synchronize(sim_call.context, stream);
}

CUresult cuStreamQuery(CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_stream_query(sim_call.context, stream);
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned int flags)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (flags != CU_EVENT_WAIT_DEFAULT)
        return CUDA_ERROR_INVALID_VALUE;
    return sim_stream_wait_event(sim_call.context, stream, event);
}
