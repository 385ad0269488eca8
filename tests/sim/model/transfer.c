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
#include "model/wire.h"

#define DEVICE_LATENCY   (1 * SIM_US)
#define STAGED_LATENCY   (9 * SIM_US)
#define HOST_PS_PER_BYTE 100 /* 10 GB/s between two places of host memory */
/* Pageable memory goes through a buffer of the driver's: 45 % of the rate of pinned memory. */
#define PAGEABLE_WEIGHT 220
/* What the host copies into or out of that buffer, the GPU copies too. */
#define PAGEABLE_COPIES 3

struct transfer {
    struct sim_context *context;
    uintptr_t target, source;
    uint64_t size_bytes;
    struct sim_block *target_block, *source_block; /* NULL: pageable host memory */
    void *staging;                                 /* holds the source already; NULL if not */
    bool is_direct;                                /* from one GPU to another without a stop */
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

static struct sim_device *device_of(const struct sim_block *block)
{
    return block != NULL && block->kind == SIM_BLOCK_DEVICE ? sim_block_device(block) : NULL;
}

/* Copying the same again between memories that only the model writes changes nothing; a benchmark
 * does it many times. 0 for a copy that has to be done each time. */
static uint64_t repeat_digest(const struct transfer *transfer)
{
    const uint64_t parts[] = { transfer->target, transfer->source, transfer->size_bytes };
    const uint64_t distance = transfer->target > transfer->source
                                  ? transfer->target - transfer->source
                                  : transfer->source - transfer->target;
    uint64_t hash = 14695981039346656037u; /* FNV-1a, as that of launches */

    if (device_of(transfer->target_block) == NULL || device_of(transfer->source_block) == NULL
        || distance < transfer->size_bytes || transfer->target_block->flip.is_armed)
        return 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        hash = (hash ^ parts[i]) * 1099511628211u;
    return hash;
}

static bool is_dropped(const struct transfer *transfer)
{
    return transfer->is_direct
           && sim_fault_link_drops(device_of(transfer->source_block)->gpu,
                                   device_of(transfer->target_block)->gpu);
}

static void move(const struct transfer *transfer)
{
    memmove((void *)transfer->target,
            transfer->staging != NULL ? transfer->staging : (void *)transfer->source,
            transfer->size_bytes);
    if (transfer->is_direct)
        sim_wire_flip(device_of(transfer->source_block), device_of(transfer->target_block),
                      transfer->target, transfer->size_bytes);
}

static void take_effect(void *data, sim_time end)
{
    struct transfer *transfer = data;

    (void)end;
    if (sim_gpu_is_lost(transfer->context->device->gpu))
        sim_context_fail(transfer->context, CUDA_ERROR_UNKNOWN);
    if (transfer->context->sticky != CUDA_SUCCESS)
        return;
    uint64_t digest = repeat_digest(transfer);
    if (digest != 0 && transfer->context->repeat_of == digest
        && transfer->context->repeat_at == sim_world.writes)
        return;
    if (is_dropped(transfer))
        return;
    if (transfer->target_block != NULL)
        sim_world_open(transfer->target_block);
    if (transfer->source_block != NULL)
        sim_world_open(transfer->source_block);
    if (transfer->is_fill)
        fill(transfer);
    else
        move(transfer);
    if (transfer->target_block != NULL)
        sim_world_written(transfer->target_block, transfer->target, transfer->size_bytes);
    transfer->context->repeat_of = digest;
    transfer->context->repeat_at = sim_world.writes;
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
static void route_peers(struct sim_op_spec *spec, struct transfer *transfer,
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

static void route(struct sim_op_spec *spec, struct transfer *transfer)
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
