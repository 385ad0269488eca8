/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From arguments to an operation. Its flows come from what the kernel's cost row says about each
 * pointer, by where that memory lies, so that a kernel that reads a peer loads the link to it.
 */
#include "model/launch.h"

#include <stdlib.h>
#include <string.h>

#include "model/alloc.h"
#include "model/device.h"
#include "model/fault.h"
#include "model/kernel_run.h"
#include "model/route.h"
#include "model/stream.h"

#define KERNEL_LATENCY  (1500 * SIM_NS)
#define BLOCK_REGISTERS 65536u
/* The documented markers of the `extra` list. */
#define EXTRA_END     ((void *)0)
#define EXTRA_POINTER ((void *)1)
#define EXTRA_SIZE    ((void *)2)

bool sim_launch_dimensions_ok(const struct sim_launch_request *request)
{
    static const unsigned grid[3] = { 2147483647u, 65535u, 65535u };
    static const unsigned block[3] = { 1024u, 1024u, 64u };
    uint64_t threads = 1;

    for (unsigned i = 0; i < 3; i++) {
        if (request->grid[i] == 0 || request->grid[i] > grid[i])
            return false;
        if (request->block[i] == 0 || request->block[i] > block[i])
            return false;
        threads *= request->block[i];
    }
    return threads <= 1024;
}

static unsigned threads_of(const struct sim_launch_request *request)
{
    return request->block[0] * request->block[1] * request->block[2];
}

/* The one struct; NULL if it was not passed, or not with its size. */
static const void *find_arguments(const struct sim_launch_request *request, size_t size_bytes)
{
    const void *buffer = NULL;
    size_t given = 0;

    if (request->parameters != NULL)
        return request->extra == NULL ? request->parameters[0] : NULL;
    if (request->extra == NULL)
        return NULL;
    for (void **entry = request->extra; *entry != EXTRA_END; entry += 2) {
        if (*entry == EXTRA_POINTER)
            buffer = entry[1];
        else if (*entry == EXTRA_SIZE)
            given = *(const size_t *)entry[1];
        else
            return NULL;
    }
    return given == size_bytes ? buffer : NULL;
}

static int check(const struct sim_context *context, const struct sim_function *function,
                 const struct sim_launch_request *request)
{
    if (function->context != context)
        return CUDA_ERROR_INVALID_HANDLE;
    if (!sim_launch_dimensions_ok(request))
        return CUDA_ERROR_INVALID_VALUE;
    if (request->shared_bytes > (unsigned)function->dynamic_limit)
        return CUDA_ERROR_INVALID_VALUE;
    /* Registers are handed out to whole warps in units of eight per thread. */
    if ((threads_of(request) + 31) / 32 * 32 * ((function->facts->registers + 7) / 8 * 8)
        > BLOCK_REGISTERS)
        return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
    return CUDA_SUCCESS;
}

/* The memory that a kernel on this device reaches at an address loads these resources. */
static void route(struct sim_flow *flow, const struct sim_device *device,
                  const struct sim_access *access)
{
    const struct sim_block *block = sim_memory_find(&sim_world.memory, (uintptr_t)access->pointer);

    if (block == NULL)
        return;
    if (block->kind == SIM_BLOCK_PINNED) {
        sim_route_host(flow, device, access->is_write, SIM_WEIGHT_FULL, 1);
        return;
    }
    const struct sim_device *home = sim_block_device(block);
    sim_flow_use(flow, sim_resource(home, SIM_RESOURCE_MEMORY), SIM_WEIGHT_FULL);
    sim_fault_used_memory(home->gpu);
    if (home == device)
        return;
    const struct sim_device *from = access->is_write ? device : home;
    const struct sim_device *to = access->is_write ? home : device;
    if (sim_fault_link_is_staged(from->gpu, to->gpu))
        sim_route_staged_peers(flow, from, to);
    else
        sim_route_direct_peers(flow, from, to);
}

/* What one load of this memory takes if nothing else is under way. */
static sim_time latency_of(const struct sim_device *device, const void *memory)
{
    const struct sim_block *block = sim_memory_find(&sim_world.memory, (uintptr_t)memory);
    const struct sim_spec_gpu *facts = sim_device_facts(device);

    if (block == NULL)
        return 0;
    if (block->kind == SIM_BLOCK_PINNED)
        return facts->host_latency;
    const struct sim_device *home = sim_block_device(block);
    if (home == device)
        return facts->latency;
    return sim_world.engine.capacity[sim_resource_links(home, device)] > 0 ? facts->peer_latency
                                                                           : facts->host_latency;
}

/* Of each line that a walk comes by it takes one sector. */
#define SECTOR_BYTES 32

static uint64_t bytes_moved(const struct sim_cost *price, const struct sim_access *access)
{
    const uint64_t sectors = price->chased_loads * SECTOR_BYTES;

    if (price->chased_loads == 0 || access->pointer != price->chased)
        return access->bytes;
    return sectors < access->bytes ? sectors : access->bytes;
}

static void cost(struct sim_op_spec *spec, const struct sim_device *device,
                 const struct sim_cost *price)
{
    if (price->chased_loads > 0) {
        spec->latency += price->chased_loads * latency_of(device, price->chased);
        sim_fault_used_latency(device->gpu);
    }
    for (unsigned i = 0; i < price->access_count; i++) {
        struct sim_flow *flow = &spec->flows[spec->flow_count];

        if (price->accesses[i].bytes == 0)
            continue;
        sim_flow_init(flow, bytes_moved(price, &price->accesses[i]));
        route(flow, device, &price->accesses[i]);
        if (flow->use_count > 0)
            spec->flow_count++;
    }
    if (price->flops > 0) {
        struct sim_flow *flow = &spec->flows[spec->flow_count++];

        sim_flow_init(flow, price->flops);
        sim_flow_use(flow, sim_resource(device, SIM_RESOURCE_ARITHMETIC), SIM_WEIGHT_FULL);
    }
    sim_fault_used_clock(device->gpu);
}

int sim_launch_submit(struct sim_context *context, const struct sim_function *function,
                      const struct sim_launch_request *request)
{
    struct sim_op_spec spec = { .latency = KERNEL_LATENCY };
    struct sim_stream *queue;
    struct sim_context *owner;
    int error = sim_stream_find(context, request->stream, &queue, &owner);

    if (error == CUDA_SUCCESS)
        error = check(context, function, request);
    if (error != CUDA_SUCCESS)
        return error;
    if (owner != context)
        return CUDA_ERROR_INVALID_HANDLE;
    const void *arguments = find_arguments(request, function->twin->args_bytes);
    if (arguments == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    struct sim_kernel_run *run = sim_kernel_run_new(context, function, arguments);
    memcpy(run->launch.grid, request->grid, sizeof run->launch.grid);
    memcpy(run->launch.block, request->block, sizeof run->launch.block);
    run->launch.shared_bytes = request->shared_bytes;
    run->has_cost = sim_exec_cost(&run->launch, &run->cost);
    cost(&spec, context->device, &run->cost);
    spec.never_ends = run->fault.hangs;
    spec.effect = sim_kernel_run_effect;
    spec.release = sim_kernel_run_release;
    spec.data = run;
    sim_engine_submit(&sim_world.engine, queue, &spec);
    sim_stream_launched(queue);
    return CUDA_SUCCESS;
}
