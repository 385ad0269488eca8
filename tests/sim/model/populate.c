/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the machine to what CUDA shows a process: order, visibility, capacities, and the moment at
 * which a GPU goes away.
 */
#include "model/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/fault.h"
#include "model/visible.h"

unsigned sim_resource(const struct sim_device *device, enum sim_resource which)
{
    return device->gpu * SIM_RESOURCES + which;
}

unsigned sim_resource_links(const struct sim_device *from, const struct sim_device *to)
{
    return SIM_SPEC_GPUS * SIM_RESOURCES + from->gpu * SIM_SPEC_GPUS + to->gpu;
}

/* Numbered one kind after the other. */
enum {
    FIRST_NODE = SIM_SPEC_GPUS * SIM_RESOURCES + SIM_SPEC_GPUS * SIM_SPEC_GPUS,
    FIRST_SOCKET = FIRST_NODE + SIM_SPEC_NODES,
    FIRST_UPLINK = FIRST_SOCKET + SIM_SPEC_NODES * SIM_SPEC_NODES,
    FABRIC = FIRST_UPLINK + 2 * SIM_SPEC_SWITCHES,
    NOTHING,
    ALL_RESOURCES
};

unsigned sim_resource_node(int node)
{
    return FIRST_NODE + (unsigned)node;
}

unsigned sim_resource_sockets(int from, int to)
{
    return FIRST_SOCKET + (unsigned)from * SIM_SPEC_NODES + (unsigned)to;
}

unsigned sim_resource_uplink(int bridge, bool is_upstream)
{
    return FIRST_UPLINK + 2 * (unsigned)bridge + is_upstream;
}

unsigned sim_resource_fabric(void)
{
    return FABRIC;
}

unsigned sim_resource_nothing(void)
{
    return NOTHING;
}

unsigned sim_resource_count(void)
{
    return ALL_RESOURCES;
}

struct sim_device *sim_device_at(int ordinal)
{
    return ordinal >= 0 && (unsigned)ordinal < sim_world.device_count ? &sim_world.devices[ordinal]
                                                                      : NULL;
}

int sim_device_ordinal(const struct sim_device *device)
{
    return (int)(device - sim_world.devices);
}

static bool is_reached(const struct sim_spec_gpu *gpu)
{
    return gpu->gets_lost && sim_world.host_now >= gpu->lost_at;
}

bool sim_gpu_is_lost(unsigned index)
{
    const struct sim_spec_gpu *gpu = &sim_world.spec.gpus[index];
    _Atomic uint32_t *lost = &sim_world.state->lost[gpu->gpu % SIM_STATE_GPUS];

    if (is_reached(gpu)) {
        atomic_store(lost, 1);
        if (gpu->faults.lost != SIM_NO_FAULT)
            sim_fault_fired((unsigned)gpu->faults.lost);
    }
    return atomic_load(lost) != 0;
}

/* By PCI address; instances follow their GPU. */
static int by_address(const struct sim_spec_gpu *a, const struct sim_spec_gpu *b)
{
    if (a->pci_domain != b->pci_domain)
        return a->pci_domain < b->pci_domain ? -1 : 1;
    if (a->pci_bus != b->pci_bus)
        return a->pci_bus < b->pci_bus ? -1 : 1;
    if (a->pci_device != b->pci_device)
        return a->pci_device < b->pci_device ? -1 : 1;
    return a < b ? -1 : a > b;
}

static int compare(const void *left, const void *right)
{
    const struct sim_spec_gpu *a = &sim_world.spec.gpus[*(const unsigned *)left];
    const struct sim_spec_gpu *b = &sim_world.spec.gpus[*(const unsigned *)right];
    const char *order = getenv("CUDA_DEVICE_ORDER");
    bool by_speed = order == NULL || strcmp(order, "PCI_BUS_ID") != 0;

    if (by_speed && a->gpu != b->gpu) {
        if (a->speed != b->speed)
            return a->speed > b->speed ? -1 : 1;
    }
    return by_address(a, b);
}

static void set_capacities(void)
{
    const struct sim_spec *spec = &sim_world.spec;
    uint64_t *capacity = sim_world.engine.capacity;

    for (unsigned i = 0; i < spec->gpu_count; i++) {
        memcpy(&capacity[i * SIM_RESOURCES], spec->gpus[i].rate, sizeof spec->gpus[i].rate);
        for (unsigned k = 0; k < spec->gpu_count; k++)
            capacity[SIM_SPEC_GPUS * SIM_RESOURCES + i * SIM_SPEC_GPUS + k] =
                spec->pairs[i][k].link_rate;
    }
    for (int i = 0; i < SIM_SPEC_NODES; i++) {
        capacity[sim_resource_node(i)] = spec->host.memory_rate[i];
        for (int k = 0; k < SIM_SPEC_NODES; k++)
            capacity[sim_resource_sockets(i, k)] = spec->host.socket_rate[i][k];
    }
    capacity[sim_resource_fabric()] = spec->host.fabric_rate;
    for (int i = 0; i < SIM_SPEC_SWITCHES; i++) {
        capacity[sim_resource_uplink(i, false)] = spec->host.uplink_rate[i];
        capacity[sim_resource_uplink(i, true)] = spec->host.uplink_rate[i];
    }
}

static void add_device(unsigned index)
{
    const struct sim_spec_gpu *gpu = &sim_world.spec.gpus[index];
    struct sim_device *device = &sim_world.devices[sim_world.device_count];

    if (sim_world.device_count == SIM_DEVICES)
        return;
    sim_world.device_count++;
    device->gpu = index;
    device->capability = gpu->capability;
    device->total_bytes = gpu->total_bytes;
    device->context.device = device;
}

static void populate(void)
{
    unsigned order[SIM_SPEC_GPUS], chosen[SIM_SPEC_GPUS], count = 0;
    struct sim_candidate candidates[SIM_SPEC_GPUS];

    for (unsigned i = 0; i < sim_world.spec.gpu_count; i++) {
        const struct sim_spec_gpu *gpu = &sim_world.spec.gpus[i];

        if (gpu->is_hidden && gpu->faults.hidden != SIM_NO_FAULT)
            sim_fault_fired((unsigned)gpu->faults.hidden);
        if (!gpu->is_hidden && !sim_gpu_is_lost(i))
            order[count++] = i;
    }
    qsort(order, count, sizeof order[0], compare);
    for (unsigned i = 0; i < count; i++) {
        const struct sim_spec_gpu *gpu = &sim_world.spec.gpus[order[i]];

        candidates[i] = (struct sim_candidate){ gpu->uuid, gpu->is_mig, gpu->has_mig };
    }
    unsigned visible = sim_visible(getenv("CUDA_VISIBLE_DEVICES"), candidates, count, chosen);
    for (unsigned i = 0; i < visible; i++)
        add_device(order[chosen[i]]);
    set_capacities();
}

int sim_world_initialise(void)
{
    if (sim_world.is_initialised)
        return CUDA_SUCCESS;
    if (sim_world.spec.library_fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)sim_world.spec.library_fault);
    if (sim_world.spec.is_stub)
        return CUDA_ERROR_STUB_LIBRARY;
    if (sim_world.device_count == 0)
        populate();
    if (sim_world.device_count == 0)
        return CUDA_ERROR_NO_DEVICE;
    sim_world.is_initialised = true;
    sim_world.pid = getpid();
    return CUDA_SUCCESS;
}

int sim_driver_cuda(void)
{
    if (sim_world.spec.driver_fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)sim_world.spec.driver_fault);
    return sim_world.spec.has_driver && !sim_world.spec.is_stub ? sim_world.spec.driver_cuda : 0;
}

bool sim_has_ptx_compiler(void)
{
    if (!sim_world.spec.has_compiler && sim_world.spec.compiler_fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)sim_world.spec.compiler_fault);
    return sim_world.spec.has_compiler;
}
