/* SPDX-License-Identifier: Apache-2.0 */
/* See route.h. A way is walked from the GPU outwards: its link, its switch, sockets, memory. */
#include "model/route.h"

#include "model/device.h"
#include "model/fault.h"

/* Between GPUs that cannot reach each other, through host memory: 80 % on both links. */
#define STAGED_WEIGHT 125

static void use(struct sim_flow *flow, unsigned resource, unsigned weight)
{
    if (sim_world.engine.capacity[resource] > 0)
        sim_flow_use(flow, resource, weight);
}

/* A flow that needs what gives nothing never ends, and takes nothing from others. */
static void stand_still(struct sim_flow *flow)
{
    sim_flow_use(flow, sim_resource_nothing(), SIM_WEIGHT_FULL);
}

/* The GPU's own link always counts, so that one without a rate stands still. */
static void use_link(struct sim_flow *flow, const struct sim_device *device, bool is_to_host,
                     unsigned weight)
{
    if (sim_fault_pcie_disturbed(device->gpu))
        weight *= 2;
    sim_flow_use(flow,
                 sim_resource(device, is_to_host ? SIM_RESOURCE_UPSTREAM : SIM_RESOURCE_DOWNSTREAM),
                 weight);
    sim_fault_used_pcie(device->gpu);
    if (sim_fault_pcie_hangs(device->gpu))
        stand_still(flow);
}

static void use_uplink(struct sim_flow *flow, const struct sim_device *device, bool is_to_host,
                       unsigned weight)
{
    int bridge = sim_device_facts(device)->bridge;

    if (bridge < 0)
        return;
    use(flow, sim_resource_uplink(bridge, is_to_host), weight);
    sim_fault_used_uplink(bridge);
}

static void use_sockets(struct sim_flow *flow, int from, int to, unsigned weight)
{
    if (from < 0 || to < 0 || from == to)
        return;
    use(flow, sim_resource_sockets(from, to), weight);
    sim_fault_used_sockets(from, to);
}

static void use_node(struct sim_flow *flow, int node, unsigned weight)
{
    if (node >= 0)
        use(flow, sim_resource_node(node), weight);
}

/* Where host memory is that this GPU copies. */
static int memory_node(int near)
{
    int node = sim_world.spec.host.memory_node;

    if (node < 0)
        return near;
    if (node != near)
        sim_fault_used_far_memory();
    return node;
}

void sim_route_host(struct sim_flow *flow, const struct sim_device *device, bool is_to_host,
                    unsigned weight, unsigned copies)
{
    int near = sim_device_facts(device)->node, node = memory_node(near);

    if (sim_device_facts(device)->is_integrated)
        sim_flow_use(flow, sim_resource(device, SIM_RESOURCE_MEMORY), copies * SIM_WEIGHT_FULL);
    use_link(flow, device, is_to_host, weight);
    use_uplink(flow, device, is_to_host, SIM_WEIGHT_FULL);
    use_sockets(flow, is_to_host ? near : node, is_to_host ? node : near, SIM_WEIGHT_FULL);
    use_node(flow, node, copies * SIM_WEIGHT_FULL);
}

void sim_route_direct_peers(struct sim_flow *flow, const struct sim_device *from,
                            const struct sim_device *to)
{
    unsigned links = sim_resource_links(from, to);

    sim_fault_used_link(from->gpu, to->gpu);
    if (sim_fault_link_hangs(from->gpu, to->gpu))
        stand_still(flow);
    if (sim_world.engine.capacity[links] == 0) {
        sim_route_pcie_peers(flow, from, to);
        return;
    }
    sim_flow_use(flow, links, SIM_WEIGHT_FULL);
    sim_flow_use(flow, sim_resource(from, SIM_RESOURCE_LINKS_OUT), SIM_WEIGHT_FULL);
    sim_flow_use(flow, sim_resource(to, SIM_RESOURCE_LINKS_IN), SIM_WEIGHT_FULL);
    use(flow, sim_resource_fabric(), SIM_WEIGHT_FULL);
    sim_fault_used_fabric();
}

void sim_route_pcie_peers(struct sim_flow *flow, const struct sim_device *from,
                          const struct sim_device *to)
{
    const struct sim_spec_gpu *source = sim_device_facts(from), *target = sim_device_facts(to);

    use_link(flow, from, true, SIM_WEIGHT_FULL);
    use_link(flow, to, false, SIM_WEIGHT_FULL);
    if (source->bridge >= 0 && source->bridge == target->bridge)
        return;
    use_uplink(flow, from, true, SIM_WEIGHT_FULL);
    use_uplink(flow, to, false, SIM_WEIGHT_FULL);
    use_sockets(flow, source->node, target->node, SIM_WEIGHT_FULL);
}

void sim_route_staged_peers(struct sim_flow *flow, const struct sim_device *from,
                            const struct sim_device *to)
{
    const struct sim_spec_gpu *source = sim_device_facts(from), *target = sim_device_facts(to);
    int node = memory_node(source->node);

    use_link(flow, from, true, STAGED_WEIGHT);
    use_link(flow, to, false, STAGED_WEIGHT);
    use_uplink(flow, from, true, STAGED_WEIGHT);
    use_uplink(flow, to, false, STAGED_WEIGHT);
    use_sockets(flow, source->node, node, STAGED_WEIGHT);
    use_sockets(flow, node, target->node, STAGED_WEIGHT);
    use_node(flow, node, 2 * SIM_WEIGHT_FULL);
}
