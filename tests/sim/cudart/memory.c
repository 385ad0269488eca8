/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: allocation, copies and fills. */
#include "model/alloc.h"
#include "model/transfer.h"
#include "runtime.h"

cudaError_t cudaMemGetInfo(size_t *available, size_t *total)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    if (available == NULL || total == NULL)
        return runtime_note(cudaErrorInvalidValue);
    sim_alloc_info(sim_call.context, available, total);
    return cudaSuccess;
}

/* Nothing is a block of nothing here, unlike in the driver. */
cudaError_t cudaMalloc(void **p, size_t n)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    uintptr_t address = 0;

    if (p == NULL)
        return runtime_note(cudaErrorInvalidValue);
    int error = n > 0 ? sim_alloc_device(sim_call.context, n, &address) : cudaSuccess;
    if (error == cudaSuccess)
        *p = (void *)address;
    return runtime_note(error);
}

cudaError_t cudaFree(void *p)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    if (p == NULL)
        return cudaSuccess;
    return runtime_note(sim_free(sim_call.context, SIM_BLOCK_DEVICE, (uintptr_t)p));
}

cudaError_t cudaMallocHost(void **p, size_t n)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    if (p == NULL)
        return runtime_note(cudaErrorInvalidValue);
    return runtime_note(sim_alloc_pinned(sim_call.context, n, cudaHostAllocDefault, p));
}

cudaError_t cudaHostAlloc(void **p, size_t n, unsigned int flags)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    if (p == NULL)
        return runtime_note(cudaErrorInvalidValue);
    return runtime_note(sim_alloc_pinned(sim_call.context, n, flags, p));
}

cudaError_t cudaFreeHost(void *p)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    if (p == NULL)
        return cudaSuccess;
    return runtime_note(sim_free(sim_call.context, SIM_BLOCK_PINNED, (uintptr_t)p));
}

static cudaError_t copy(struct sim_context *context, struct sim_copy request,
                        enum cudaMemcpyKind kind)
{
    static const enum sim_place target[] = { SIM_PLACE_HOST, SIM_PLACE_DEVICE, SIM_PLACE_HOST,
                                             SIM_PLACE_DEVICE, SIM_PLACE_ANY };
    static const enum sim_place source[] = { SIM_PLACE_HOST, SIM_PLACE_HOST, SIM_PLACE_DEVICE,
                                             SIM_PLACE_DEVICE, SIM_PLACE_ANY };

    if ((unsigned)kind > cudaMemcpyDefault)
        return runtime_note(cudaErrorInvalidMemcpyDirection);
    request.target_place = target[kind];
    request.source_place = source[kind];
    return runtime_note(sim_copy_submit(context, &request));
}

cudaError_t cudaMemcpy(void *target, const void *source, size_t n, enum cudaMemcpyKind kind)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    const struct sim_copy request = { .target = (uintptr_t)target,
                                      .source = (uintptr_t)source,
                                      .size_bytes = n };

    return copy(sim_call.context, request, kind);
}

cudaError_t cudaMemcpyAsync(void *target, const void *source, size_t n, enum cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    const struct sim_copy request = { .target = (uintptr_t)target,
                                      .source = (uintptr_t)source,
                                      .size_bytes = n,
                                      .stream = stream,
                                      .is_async = true };

    return copy(sim_call.context, request, kind);
}

/* Asynchronous for device memory, as documented. */
cudaError_t cudaMemset(void *p, int value, size_t n)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(
        sim_fill_submit(sim_call.context, (uintptr_t)p, (unsigned char)value, 1, n, NULL));
}

cudaError_t cudaMemsetAsync(void *p, int value, size_t n, cudaStream_t stream)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(
        sim_fill_submit(sim_call.context, (uintptr_t)p, (unsigned char)value, 1, n, stream));
}
