/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy is one operation: some latency, one flow over the resources between the two memories, and
 * the bytes moved at its end. So a source that changes before then is copied changed.
 */
#include "model/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "model/alloc.h"
#include "model/device.h"
#include "model/fault.h"
#include "model/route.h"
#include "model/stream.h"
#include "model/strict.h"
#include "model/transfer_run.h"

#define DEVICE_LATENCY   (1 * SIM_US)
#define STAGED_LATENCY   (9 * SIM_US)
#define HOST_PS_PER_BYTE 100 /* 10 GB/s between two places of host memory */
/* Pageable memory goes through a buffer of the driver's: 45 % of the rate of pinned memory. */
#define PAGEABLE_WEIGHT 220
/* What the host copies into or out of that buffer, the GPU copies too. */
#define PAGEABLE_COPIES 3

/* Is the range what the call claims? Finds its block, none for pageable host memory. */
static bool resolve(uintptr_t address, uint64_t size_bytes, enum sim_place place,
                    struct sim_block **block)
{
    *block = sim_memory_find(&sim_world.memory, address);
    if (*block == NULL)
        return address != 0 && place != SIM_PLACE_DEVICE
               && !sim_memory_was_freed(&sim_world.memory, address);
    if (!sim_block_holds(*block, address, size_bytes))
        return false;
    if (place == SIM_PLACE_HOST)
        return (*block)->kind == SIM_BLOCK_PINNED;
    return true;
}

static void use(struct sim_flow *flow, const struct sim_device *device, enum sim_resource which,
                unsigned weight)
{
    sim_flow_use(flow, sim_resource(device, which), weight);
}

static void use_memory(struct sim_flow *flow, const struct sim_device *device)
{
    use(flow, device, SIM_RESOURCE_MEMORY, SIM_WEIGHT_FULL);
    sim_fault_used_memory(device->gpu);
}

/* Between GPUs: directly, else through host memory. */
static void route_peers(struct sim_op_spec *spec, struct sim_transfer *transfer,
                        const struct sim_device *to, const struct sim_device *from)
{
    const struct sim_context *context = transfer->context;
    struct sim_flow *flow = &spec->flows[0];
    const struct sim_device *other = to == context->device ? from : to;
    bool is_direct =
        sim_peer_possible(to, from) && (context->peers >> sim_device_ordinal(other) & 1) != 0;

    use_memory(flow, to);
    use_memory(flow, from);
    if (!is_direct)
        sim_strict_report("copy between devices %d and %d goes through host memory: peer access "
                          "is not enabled",
                          sim_device_ordinal(from), sim_device_ordinal(to));
    transfer->is_direct = is_direct && !sim_fault_link_is_staged(from->gpu, to->gpu);
    spec->latency = transfer->is_direct ? DEVICE_LATENCY : STAGED_LATENCY;
    if (transfer->is_direct)
        sim_route_direct_peers(flow, from, to);
    else
        sim_route_staged_peers(flow, from, to);
}

/* One engine copies to the host and one from it, so copies of one direction come one after the
 * other; a GPU with a single engine does one of both. Counted from 1. */
static unsigned engine_of(const struct sim_device *device, bool is_to_host)
{
    bool has_second = sim_device_facts(device)->copy_engines != 1;

    return 2 * device->gpu + 1 + (is_to_host && has_second);
}

static void route(struct sim_op_spec *spec, struct sim_transfer *transfer)
{
    const struct sim_device *to = sim_transfer_device(transfer->target_block);
    const struct sim_device *from = sim_transfer_device(transfer->source_block);
    bool is_pageable = transfer->target_block == NULL || transfer->source_block == NULL;
    unsigned weight = is_pageable ? PAGEABLE_WEIGHT : SIM_WEIGHT_FULL;
    struct sim_flow *flow = &spec->flows[0];

    spec->latency = DEVICE_LATENCY;
    if (to == NULL && from == NULL) {
        spec->latency = transfer->size_bytes * HOST_PS_PER_BYTE;
        return;
    }
    spec->flow_count = 1;
    sim_flow_init(flow, transfer->size_bytes);
    if (to != NULL && from != NULL && to != from) {
        route_peers(spec, transfer, to, from);
        return;
    }
    if (to != NULL)
        use_memory(flow, to);
    if (from != NULL)
        use_memory(flow, from);
    if (to == from)
        return;
    sim_route_host(flow, to != NULL ? to : from, to == NULL, weight,
                   is_pageable ? PAGEABLE_COPIES : 1);
    spec->unit = engine_of(to != NULL ? to : from, to == NULL);
}

static struct sim_op_ref submit(struct sim_stream *queue, struct sim_op_spec *spec,
                                struct sim_transfer *transfer)
{
    spec->effect = sim_transfer_effect;
    spec->release = sim_transfer_release;
    spec->data = transfer;
    sim_transfer_hold(transfer);
    return sim_engine_submit(&sim_world.engine, queue, spec);
}

/* Pageable memory is never copied behind the caller's back: it is staged, or the call waits. */
static bool goes_on(struct sim_transfer *transfer, const struct sim_copy *copy)
{
    if (!copy->is_async)
        return false;
    if (transfer->target_block != NULL && transfer->source_block != NULL)
        return true;
    sim_strict_report("asynchronous copy of pageable memory: it is not asynchronous");
    if (transfer->target_block == NULL)
        return false;
    transfer->staging = malloc(transfer->size_bytes);
    if (transfer->staging == NULL)
        return false;
    memcpy(transfer->staging, (const void *)transfer->source, transfer->size_bytes);
    return true;
}

int sim_copy_submit(struct sim_context *context, const struct sim_copy *copy)
{
    struct sim_transfer *transfer = calloc(1, sizeof *transfer);
    struct sim_op_spec spec = { 0 };
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, copy->stream, &queue, &owner);

    if (transfer == NULL)
        abort();
    *transfer = (struct sim_transfer){ .context = owner,
                                       .target = copy->target,
                                       .source = copy->source,
                                       .size_bytes = copy->size_bytes };
    if (error == CUDA_SUCCESS && copy->size_bytes > 0
        && (!resolve(copy->target, copy->size_bytes, copy->target_place, &transfer->target_block)
            || !resolve(copy->source, copy->size_bytes, copy->source_place,
                        &transfer->source_block)))
        error = CUDA_ERROR_INVALID_VALUE;
    if (error != CUDA_SUCCESS || copy->size_bytes == 0) {
        free(transfer);
        return error;
    }
    bool host_goes_on = goes_on(transfer, copy);
    route(&spec, transfer);
    struct sim_op_ref op = submit(queue, &spec, transfer);
    if (!host_goes_on)
        sim_world_wait(op);
    return owner->sticky;
}

int sim_fill_submit(struct sim_context *context, uintptr_t target, uint32_t value, unsigned width,
                    uint64_t size_bytes, void *stream)
{
    struct sim_op_spec spec = { .latency = DEVICE_LATENCY, .flow_count = 1 };
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, stream, &queue, &owner);
    struct sim_block *block = sim_memory_find(&sim_world.memory, target);

    if (error != CUDA_SUCCESS || size_bytes == 0)
        return error;
    if (block == NULL || !sim_block_holds(block, target, size_bytes) || target % width != 0)
        return CUDA_ERROR_INVALID_VALUE;
    struct sim_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        abort();
    *transfer = (struct sim_transfer){ .context = owner,
                                       .target = target,
                                       .size_bytes = size_bytes,
                                       .target_block = block,
                                       .is_fill = true,
                                       .value = value,
                                       .width = width };
    sim_flow_init(&spec.flows[0], size_bytes);
    use_memory(&spec.flows[0], owner->device);
    submit(queue, &spec, transfer);
    return CUDA_SUCCESS;
}
