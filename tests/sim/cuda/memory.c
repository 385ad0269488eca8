/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: allocation, copies, fills, and what a pointer is. */
#include "cuda_prototypes.h"

#include <stddef.h>

#include "model/alloc.h"
#include "model/transfer.h"

CUresult cuMemAlloc_v2(CUdeviceptr *p, size_t n)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    uintptr_t address = 0;

    if (p == NULL || n == 0)
        return CUDA_ERROR_INVALID_VALUE;
    int error = sim_alloc_device(sim_call.context, n, &address);
    if (error == CUDA_SUCCESS)
        *p = address;
    return error;
}

CUresult cuMemFree_v2(CUdeviceptr p)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return p == 0 ? CUDA_SUCCESS : sim_free(sim_call.context, SIM_BLOCK_DEVICE, p);
}

CUresult cuMemGetInfo_v2(size_t *available, size_t *total)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (available == NULL || total == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    sim_alloc_info(sim_call.context, available, total);
    return CUDA_SUCCESS;
}

CUresult cuMemHostAlloc(void **p, size_t n, unsigned int flags)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (p == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    return sim_alloc_pinned(sim_call.context, n, flags, p);
}

CUresult cuMemFreeHost(void *p)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_free(sim_call.context, SIM_BLOCK_PINNED, (uintptr_t)p);
}

CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *device, void *host, unsigned int flags)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (device == NULL || flags != 0 || sim_block_at((uintptr_t)host, 1, SIM_BLOCK_PINNED) == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *device = (uintptr_t)host;
    return CUDA_SUCCESS;
}

CUresult cuPointerGetAttribute(void *value, CUpointer_attribute attribute, CUdeviceptr p)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (value == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    return sim_pointer_attribute(value, attribute, p);
}

CUresult cuMemcpyHtoD_v2(CUdeviceptr target, const void *source, size_t n)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_copy_submit(sim_call.context,
                           &(struct sim_copy){ .target = target,
                                               .source = (uintptr_t)source,
                                               .size_bytes = n,
                                               .target_place = SIM_PLACE_DEVICE });
}

CUresult cuMemcpyDtoH_v2(void *target, CUdeviceptr source, size_t n)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_copy_submit(sim_call.context,
                           &(struct sim_copy){ .target = (uintptr_t)target,
                                               .source = source,
                                               .size_bytes = n,
                                               .source_place = SIM_PLACE_DEVICE });
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr target, const void *source, size_t n, CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_copy_submit(sim_call.context, &(struct sim_copy){ .target = target,
                                                                 .source = (uintptr_t)source,
                                                                 .size_bytes = n,
                                                                 .target_place = SIM_PLACE_DEVICE,
                                                                 .stream = stream,
                                                                 .is_async = true });
}

CUresult cuMemcpyDtoHAsync_v2(void *target, CUdeviceptr source, size_t n, CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_copy_submit(sim_call.context, &(struct sim_copy){ .target = (uintptr_t)target,
                                                                 .source = source,
                                                                 .size_bytes = n,
                                                                 .source_place = SIM_PLACE_DEVICE,
                                                                 .stream = stream,
                                                                 .is_async = true });
}

static CUresult copy_between(struct sim_context *context, CUdeviceptr target, CUdeviceptr source,
                             size_t n, CUstream stream)
{
    return sim_copy_submit(context, &(struct sim_copy){ .target = target,
                                                        .source = source,
                                                        .size_bytes = n,
                                                        .target_place = SIM_PLACE_DEVICE,
                                                        .source_place = SIM_PLACE_DEVICE,
                                                        .stream = stream,
                                                        .is_async = true });
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr target, CUdeviceptr source, size_t n, CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return copy_between(sim_call.context, target, source, n, stream);
}

CUresult cuMemcpyPeerAsync(CUdeviceptr target, CUcontext target_context, CUdeviceptr source,
                           CUcontext source_context, size_t n, CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (sim_context_get(target_context) == NULL || sim_context_get(source_context) == NULL)
        return CUDA_ERROR_INVALID_CONTEXT;
    return copy_between(sim_call.context, target, source, n, stream);
}

CUresult cuMemsetD8Async(CUdeviceptr p, unsigned char value, size_t n, CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_fill_submit(sim_call.context, p, value, sizeof value, n, stream);
}

CUresult cuMemsetD32Async(CUdeviceptr p, unsigned int value, size_t n, CUstream stream)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (n > SIZE_MAX / sizeof value)
        return CUDA_ERROR_INVALID_VALUE;
    return sim_fill_submit(sim_call.context, p, value, sizeof value, n * sizeof value, stream);
}
