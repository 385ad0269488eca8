/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_rate.h. A hop is walked once, into a list of what it uses; all else reads the list. */
#include "model/gang_rate.h"

#define ONCE   100
#define TWICE  200
#define STAGED 125 /* as route.c has it for copies through the host */
#define USES   12

/* Hops over PCIe carry nine tenths of what copies do; invented: no more than NCCL takes a slot to
 * carry, 24 GB/s where copies reach 26. */
#define PCIE_PERMILLE 900

struct use {
    unsigned *load;
    uint64_t capacity; /* 0: no limit */
    unsigned weight;
    int faults[2];
};

struct walk {
    struct sim_gang_load *load;
    const struct sim_spec *spec;
    unsigned count;
    struct use uses[USES];
};

static void use(struct walk *walk, unsigned *load, uint64_t capacity, unsigned weight, int fault,
                int other_fault)
{
    walk->uses[walk->count++] = (struct use){ load, capacity, weight, { fault, other_fault } };
}

static void use_slot(struct walk *walk, unsigned gpu, bool is_up, unsigned weight)
{
    const struct sim_spec_gpu *one = &walk->spec->gpus[gpu];

    use(walk, is_up ? &walk->load->up[gpu] : &walk->load->down[gpu],
        one->rate[is_up ? SIM_RESOURCE_UPSTREAM : SIM_RESOURCE_DOWNSTREAM], weight,
        one->faults.pcie, one->faults.busy);
}

static void use_uplink(struct walk *walk, unsigned gpu, bool is_up, unsigned weight)
{
    const int bridge = walk->spec->gpus[gpu].bridge;

    if (bridge >= 0)
        use(walk, is_up ? &walk->load->uplink_up[bridge] : &walk->load->uplink_down[bridge],
            walk->spec->host.uplink_rate[bridge], weight, walk->spec->host.uplink_faults[bridge],
            SIM_NO_FAULT);
}

static void use_sockets(struct walk *walk, int from, int to, unsigned weight)
{
    if (from >= 0 && to >= 0 && from != to)
        use(walk, &walk->load->socket[from][to], walk->spec->host.socket_rate[from][to], weight,
            walk->spec->host.socket_faults[from][to], SIM_NO_FAULT);
}

static void walk_links(struct walk *walk, const struct sim_gang_hop *hop)
{
    const struct sim_spec *spec = walk->spec;
    const struct sim_spec_pair *pair = &spec->pairs[hop->from][hop->to];
    const struct sim_spec_gpu *from = &spec->gpus[hop->from], *to = &spec->gpus[hop->to];

    const unsigned links = from->nvlinks > 0 ? from->nvlinks : 1;
    const uint64_t planned = from->rate[SIM_RESOURCE_LINKS_OUT] * pair->nvlinks / links;

    use(walk, &walk->load->pair[hop->from][hop->to],
        walk->load->is_planned ? planned : pair->link_rate, ONCE, pair->fault, SIM_NO_FAULT);
    use(walk, &walk->load->out[hop->from], from->rate[SIM_RESOURCE_LINKS_OUT], ONCE,
        from->faults.links, SIM_NO_FAULT);
    use(walk, &walk->load->in[hop->to], to->rate[SIM_RESOURCE_LINKS_IN], ONCE, to->faults.links,
        SIM_NO_FAULT);
    use(walk, &walk->load->fabric, walk->load->is_planned ? 0 : spec->host.fabric_rate, ONCE,
        spec->host.fabric_fault, SIM_NO_FAULT);
}

static void walk_slots(struct walk *walk, const struct sim_gang_hop *hop)
{
    const struct sim_spec_gpu *from = &walk->spec->gpus[hop->from];
    const struct sim_spec_gpu *to = &walk->spec->gpus[hop->to];

    use_slot(walk, hop->from, true, ONCE);
    use_slot(walk, hop->to, false, ONCE);
    if (hop->path == SIM_PATH_PIX)
        return;
    use_uplink(walk, hop->from, true, ONCE);
    use_uplink(walk, hop->to, false, ONCE);
    use_sockets(walk, from->node, to->node, ONCE);
}

/* Through host memory: written once and read once there. */
static void walk_host(struct walk *walk, const struct sim_gang_hop *hop, unsigned weight)
{
    const struct sim_spec_host *host = &walk->spec->host;
    const int from = walk->spec->gpus[hop->from].node, to = walk->spec->gpus[hop->to].node;
    const int node = host->memory_node >= 0 ? host->memory_node : from;

    use_slot(walk, hop->from, true, weight);
    use_slot(walk, hop->to, false, weight);
    use_uplink(walk, hop->from, true, weight);
    use_uplink(walk, hop->to, false, weight);
    use_sockets(walk, from, node, weight);
    use_sockets(walk, node, to, weight);
    if (node >= 0)
        use(walk, &walk->load->node[node], host->memory_rate[node], TWICE, host->memory_fault,
            SIM_NO_FAULT);
}

static void walk_net(struct walk *walk, const struct sim_gang_hop *hop)
{
    use_slot(walk, hop->from, true, ONCE);
    use_slot(walk, hop->to, false, ONCE);
    use(walk, &walk->load->net_out[hop->from_host], SIM_GANG_NET_RATE, ONCE, SIM_NO_FAULT,
        SIM_NO_FAULT);
    use(walk, &walk->load->net_in[hop->to_host], SIM_GANG_NET_RATE, ONCE, SIM_NO_FAULT,
        SIM_NO_FAULT);
}

static bool is_p2p(const struct sim_gang_hop *hop)
{
    return hop->via == SIM_VIA_DIRECT || hop->via == SIM_VIA_P2P;
}

static bool is_staged(const struct sim_gang_load *load, const struct sim_spec *spec,
                      const struct sim_gang_hop *hop)
{
    return is_p2p(hop) && !load->is_planned
           && spec->pairs[hop->from][hop->to].stage_fault != SIM_NO_FAULT;
}

static bool uses_links(const struct sim_gang_load *load, const struct sim_spec *spec,
                       const struct sim_gang_hop *hop)
{
    return is_p2p(hop) && hop->path == SIM_PATH_NVL && !is_staged(load, spec, hop);
}

static struct walk walk_hop(struct sim_gang_load *load, const struct sim_spec *spec,
                            const struct sim_gang_hop *hop)
{
    struct walk walk = { .load = load, .spec = spec };

    if (hop->via == SIM_VIA_NET)
        walk_net(&walk, hop);
    else if (is_staged(load, spec, hop))
        walk_host(&walk, hop, STAGED);
    else if (hop->via == SIM_VIA_SHM)
        walk_host(&walk, hop, TWICE);
    else if (uses_links(load, spec, hop))
        walk_links(&walk, hop);
    else
        walk_slots(&walk, hop);
    return walk;
}

void sim_gang_load_add(struct sim_gang_load *load, const struct sim_spec *spec,
                       const struct sim_gang_hop *hop)
{
    struct walk walk = walk_hop(load, spec, hop);

    for (unsigned i = 0; i < walk.count; i++)
        *walk.uses[i].load += walk.uses[i].weight;
}

uint64_t sim_gang_load_rate(struct sim_gang_load *load, const struct sim_spec *spec,
                            const struct sim_gang_hop *hop)
{
    struct walk walk = walk_hop(load, spec, hop);
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < walk.count; i++) {
        const struct use *one = &walk.uses[i];
        uint64_t rate;

        if (one->capacity == 0 || *one->load == 0)
            continue;
        rate = one->capacity / *one->load * ONCE;
        if (rate < least)
            least = rate;
    }
    if (least == UINT64_MAX || hop->via == SIM_VIA_NET)
        return least;
    if (uses_links(load, spec, hop))
        return least / 1000 * spec->gpus[hop->from].collective_permille;
    return least / 1000 * PCIE_PERMILLE;
}

void sim_gang_add_fault(struct sim_gang_way *way, int fault)
{
    if (fault == SIM_NO_FAULT || way->fault_count == SIM_GANG_FAULTS)
        return;
    for (unsigned i = 0; i < way->fault_count; i++) {
        if (way->faults[i] == fault)
            return;
    }
    way->faults[way->fault_count++] = fault;
}

void sim_gang_hop_faults(struct sim_gang_way *way, const struct sim_spec *spec,
                         const struct sim_gang_hop *hop)
{
    struct sim_gang_load none = { .fabric = 0 };
    struct walk walk = walk_hop(&none, spec, hop);

    if (is_staged(&none, spec, hop))
        sim_gang_add_fault(way, spec->pairs[hop->from][hop->to].stage_fault);
    for (unsigned i = 0; i < walk.count; i++) {
        sim_gang_add_fault(way, walk.uses[i].faults[0]);
        sim_gang_add_fault(way, walk.uses[i].faults[1]);
    }
}
