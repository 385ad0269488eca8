/* SPDX-License-Identifier: Apache-2.0 */
/* Primary contexts, the current context, and access between contexts. */
#include "model/context.h"

#include <stddef.h>

#include "cuda_prototypes.h"

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    void *handle = NULL;

    if (context == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    int error = sim_context_retain(sim_device_at(device), &handle);
    if (error == CUDA_SUCCESS)
        *context = handle;
    return error;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    return sim_context_release(sim_device_at(device));
}

CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned int *flags, int *active)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (flags == NULL || active == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    *flags = sim_device_at(device)->context.flags;
    *active = sim_device_at(device)->context.refs > 0;
    return CUDA_SUCCESS;
}

CUresult cuCtxSetCurrent(CUcontext context)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    return sim_context_set_current(context);
}

CUresult cuCtxGetCurrent(CUcontext *context)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (context == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *context = sim_context_current_handle();
    return CUDA_SUCCESS;
}

CUresult cuCtxGetDevice(CUdevice *device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (device == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *device = sim_device_ordinal(sim_call.context->device);
    return CUDA_SUCCESS;
}

CUresult cuCtxSynchronize(void)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_context_synchronize(sim_call.context);
}

CUresult cuCtxEnablePeerAccess(CUcontext peer, unsigned int flags)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (flags != 0)
        return CUDA_ERROR_INVALID_VALUE;
    return sim_peer_enable(sim_call.context, peer);
}

CUresult cuCtxDisablePeerAccess(CUcontext peer)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_peer_disable(sim_call.context, peer);
}
