/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy is one operation: some latency, one flow over the resources between the two memories, and
 * the bytes moved at its end. So a source that changes before then is copied changed.
 */
#include "model/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "model/alloc.h"
#include "model/fault.h"
#include "model/stream.h"
#include "model/strict.h"

#define DEVICE_LATENCY   (1 * SIM_US)
#define STAGED_LATENCY   (9 * SIM_US)
#define HOST_PS_PER_BYTE 100 /* 10 GB/s between two places of host memory */
/* Pageable memory goes through a buffer of the driver's: 45 % of the rate of pinned memory. */
#define PAGEABLE_WEIGHT 220
/* Between GPUs that cannot reach each other, through host memory: 80 % on both links. */
#define STAGED_WEIGHT 125

struct transfer {
    struct sim_context *context;
    uintptr_t target, source;
    uint64_t size_bytes;
    struct sim_block *target_block, *source_block; /* NULL: pageable host memory */
    void *staging;                                 /* holds the source already; NULL if not */
    bool is_fill;
    uint32_t value;
    unsigned width;
};

static void hold(struct transfer *transfer)
{
    if (transfer->target_block != NULL)
        transfer->target_block->in_flight++;
    if (transfer->source_block != NULL)
        transfer->source_block->in_flight++;
}

static void release(void *data)
{
    struct transfer *transfer = data;

    if (transfer->target_block != NULL)
        transfer->target_block->in_flight--;
    if (transfer->source_block != NULL)
        transfer->source_block->in_flight--;
    free(transfer->staging);
    free(transfer);
}

static void fill(const struct transfer *transfer)
{
    unsigned char *bytes = (unsigned char *)transfer->target;

    if (transfer->width == 1) {
        memset(bytes, (int)transfer->value, transfer->size_bytes);
        return;
    }
    for (uint64_t i = 0; i + sizeof transfer->value <= transfer->size_bytes;
         i += sizeof transfer->value)
        memcpy(bytes + i, &transfer->value, sizeof transfer->value);
}

static void take_effect(void *data, sim_time end)
{
    struct transfer *transfer = data;

    (void)end;
    if (sim_gpu_is_lost(transfer->context->device->gpu))
        sim_context_fail(transfer->context, CUDA_ERROR_UNKNOWN);
    if (transfer->context->sticky != CUDA_SUCCESS)
        return;
    if (transfer->target_block != NULL)
        sim_world_open(transfer->target_block);
    if (transfer->source_block != NULL)
        sim_world_open(transfer->source_block);
    if (transfer->is_fill)
        fill(transfer);
    else
        memmove((void *)transfer->target,
                transfer->staging != NULL ? transfer->staging : (void *)transfer->source,
                transfer->size_bytes);
    if (transfer->target_block != NULL)
        sim_world_written(transfer->target_block, transfer->target, transfer->size_bytes);
}

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

static struct sim_device *device_of(const struct sim_block *block)
{
    return block != NULL && block->kind == SIM_BLOCK_DEVICE ? sim_block_device(block) : NULL;
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

/* Between GPUs: NVLink, else PCIe directly, else through host memory. */
static void route_peers(struct sim_op_spec *spec, const struct sim_context *context,
                        const struct sim_device *to, const struct sim_device *from)
{
    struct sim_flow *flow = &spec->flows[0];
    unsigned links = sim_resource_links(from, to);
    const struct sim_device *other = to == context->device ? from : to;
    bool is_direct =
        sim_peer_possible(to, from) && (context->peers >> sim_device_ordinal(other) & 1) != 0;
    unsigned weight = is_direct ? SIM_WEIGHT_FULL : STAGED_WEIGHT;

    use_memory(flow, to);
    use_memory(flow, from);
    spec->latency = is_direct ? DEVICE_LATENCY : STAGED_LATENCY;
    if (!is_direct)
        sim_strict_report("copy between devices %d and %d goes through host memory: peer access "
                          "is not enabled",
                          sim_device_ordinal(from), sim_device_ordinal(to));
    if (is_direct)
        sim_fault_used_link(from->gpu, to->gpu);
    if (is_direct && sim_world.engine.capacity[links] > 0) {
        sim_flow_use(flow, links, weight);
        use(flow, from, SIM_RESOURCE_LINKS_OUT, weight);
        use(flow, to, SIM_RESOURCE_LINKS_IN, weight);
        return;
    }
    use(flow, from, SIM_RESOURCE_UPSTREAM, weight);
    use(flow, to, SIM_RESOURCE_DOWNSTREAM, weight);
    sim_fault_used_pcie(from->gpu);
    sim_fault_used_pcie(to->gpu);
}

static void route(struct sim_op_spec *spec, const struct sim_context *context,
                  const struct transfer *transfer)
{
    const struct sim_device *to = device_of(transfer->target_block);
    const struct sim_device *from = device_of(transfer->source_block);
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
        route_peers(spec, context, to, from);
        return;
    }
    if (to != NULL)
        use_memory(flow, to);
    if (from != NULL)
        use_memory(flow, from);
    if (to != NULL && from == NULL)
        use(flow, to, SIM_RESOURCE_DOWNSTREAM, weight);
    if (from != NULL && to == NULL)
        use(flow, from, SIM_RESOURCE_UPSTREAM, weight);
    if (to != from)
        sim_fault_used_pcie(to != NULL ? to->gpu : from->gpu);
}

static struct sim_op_ref submit(struct sim_stream *queue, struct sim_op_spec *spec,
                                struct transfer *transfer)
{
    spec->effect = take_effect;
    spec->release = release;
    spec->data = transfer;
    hold(transfer);
    return sim_engine_submit(&sim_world.engine, queue, spec);
}

/* Pageable memory is never copied behind the caller's back: it is staged, or the call waits. */
static bool goes_on(struct transfer *transfer, const struct sim_copy *copy)
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
    struct transfer *transfer = calloc(1, sizeof *transfer);
    struct sim_op_spec spec = { 0 };
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, copy->stream, &queue, &owner);

    if (transfer == NULL)
        abort();
    *transfer = (struct transfer){ .context = owner,
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
    route(&spec, owner, transfer);
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
    struct transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        abort();
    *transfer = (struct transfer){ .context = owner,
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
