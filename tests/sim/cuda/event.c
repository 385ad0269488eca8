/* SPDX-License-Identifier: Apache-2.0 */
/* Events. */
#include "model/stream.h"

#include <stddef.h>

#include "cuda_prototypes.h"

CUresult cuEventCreate(CUevent *event, unsigned int flags)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    void *handle = NULL;

    if (event == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    int error = sim_event_create(sim_call.context, flags, &handle);
    if (error == CUDA_SUCCESS)
        *event = handle;
    return error;
}

CUresult cuEventDestroy_v2(CUevent event)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_event_destroy(event);
}

CUresult cuEventRecord(CUevent event, CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_event_record(sim_call.context, event, stream);
}

CUresult cuEventSynchronize(CUevent event)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_event_synchronize(event);
}

CUresult cuEventQuery(CUevent event)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_event_query(event);
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (milliseconds == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    return sim_event_elapsed(milliseconds, start, end);
}
