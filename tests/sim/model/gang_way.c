/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_way.h. */
#include "model/gang_way.h"

#include <string.h>

#include "model/gang_rate.h"
#include "model/gang_ring.h"

/* Fewer GPUs than that have nothing to gain from switches that reduce. */
#define NVLS_LEAST_GPUS       3
#define NVLS_LEAST_CAPABILITY 90

struct gang {
    const struct sim_spec *spec;
    const struct sim_gang_env *env;
    const struct sim_gang_rank *ranks;
    unsigned count;
};

/* A host's number is that of its first rank. */
static unsigned host_of(const struct gang *gang, unsigned rank)
{
    unsigned first = 0;

    while (gang->ranks[first].host != gang->ranks[rank].host)
        first++;
    return first;
}

static struct sim_gang_hop hop_between(const struct gang *gang, unsigned from, unsigned to)
{
    const struct sim_gang_rank *one = &gang->ranks[from], *other = &gang->ranks[to];

    return (struct sim_gang_hop){
        .from = one->gpu,
        .to = other->gpu,
        .path = sim_gang_path(gang->spec, one, other),
        .via = sim_gang_via(gang->spec, gang->env, one, other),
        .from_host = host_of(gang, from),
        .to_host = host_of(gang, to),
    };
}

static struct sim_gang_hop ring_hop(const struct gang *gang, const struct sim_gang_way *way,
                                    unsigned place)
{
    return hop_between(gang, way->ring[place], way->ring[(place + 1) % gang->count]);
}

/* What does not go directly goes through the host, whatever is between the GPUs. */
static enum sim_gang_path effective_path(const struct sim_spec *spec,
                                         const struct sim_gang_hop *hop)
{
    if (hop->path == SIM_PATH_NET || hop->via <= SIM_VIA_P2P)
        return hop->path;
    if (spec->host.is_bus_hidden)
        return SIM_PATH_PHB;
    return spec->gpus[hop->from].node == spec->gpus[hop->to].node ? SIM_PATH_PHB : SIM_PATH_SYS;
}

static uint64_t ring_rate(const struct sim_gang_way *way, const struct gang *gang, bool is_planned)
{
    struct sim_gang_load load;
    uint64_t least = UINT64_MAX;

    memset(&load, 0, sizeof load);
    load.is_planned = is_planned;
    for (unsigned i = 0; i < gang->count; i++) {
        const struct sim_gang_hop hop = ring_hop(gang, way, i);

        sim_gang_load_add(&load, gang->spec, &hop);
    }
    for (unsigned i = 0; i < gang->count; i++) {
        const struct sim_gang_hop hop = ring_hop(gang, way, i);
        const uint64_t rate = sim_gang_load_rate(&load, gang->spec, &hop);

        least = rate < least ? rate : least;
    }
    return least;
}

static void find_ring_rate(struct sim_gang_way *way, const struct gang *gang)
{
    way->ring_rate = ring_rate(way, gang, false);
    way->ring_plan = ring_rate(way, gang, true);
    for (unsigned i = 0; i < gang->count; i++) {
        const struct sim_gang_hop hop = ring_hop(gang, way, i);

        sim_gang_hop_faults(way, gang->spec, &hop);
    }
}

/* Between hosts alone; NCCL makes no fewer. */
#define NET_CHANNELS 2

static void find_channels(struct sim_gang_way *way, const struct gang *gang)
{
    unsigned least = ~0u;

    for (unsigned i = 0; i < gang->count; i++) {
        const struct sim_gang_rank *from = &gang->ranks[way->ring[i]];
        const struct sim_gang_rank *to = &gang->ranks[way->ring[(i + 1) % gang->count]];

        if (way->path[i] != SIM_PATH_NET) {
            const unsigned rate = sim_gang_nominal(gang->spec, gang->env, from, to);

            way->farthest = way->path[i] > way->farthest ? way->path[i] : way->farthest;
            least = rate < least ? rate : least;
        }
    }
    if (least == ~0u && gang->count > 1) {
        way->channels = NET_CHANNELS;
        way->channel_mb_per_s = (unsigned)(SIM_GANG_NET_RATE / 1000000 / NET_CHANNELS);
    }
    if (least != ~0u)
        sim_gang_channels((unsigned)gang->spec->gpus[gang->ranks[0].gpu].capability,
                          way->farthest == SIM_PATH_NVL, least, &way->channels,
                          &way->channel_mb_per_s);
}

/* Every pair of ranks by NVLink through the switches, on one host. */
static bool can_reduce_in_switches(const struct gang *gang, const struct sim_gang_way *way)
{
    const struct sim_spec *spec = gang->spec;

    if (spec->nccl_version < SIM_NVLS_SINCE || gang->env->is_nvls_off || !spec->host.has_fabric
        || way->hosts > 1 || gang->count < NVLS_LEAST_GPUS)
        return false;
    for (unsigned i = 0; i < gang->count; i++) {
        const struct sim_spec_gpu *gpu = &spec->gpus[gang->ranks[i].gpu];

        if (gpu->nvls_permille == 0 || gpu->capability < NVLS_LEAST_CAPABILITY)
            return false;
        for (unsigned k = 0; k < gang->count; k++) {
            const struct sim_gang_hop hop = hop_between(gang, i, k);

            if (i != k && (hop.path != SIM_PATH_NVL || hop.via > SIM_VIA_P2P))
                return false;
        }
    }
    return true;
}

/* Everything goes to the switches and comes from them, so that what any link is short of is missing
 * for all; what switches are short of is shared by all GPUs. */
static void find_nvls(struct sim_gang_way *way, const struct gang *gang)
{
    const struct sim_spec *spec = gang->spec;
    const uint64_t share = spec->gpus[gang->ranks[0].gpu].nvls_permille;
    const uint64_t fabric = spec->host.fabric_rate;
    uint64_t planned = UINT64_MAX, least = fabric != 0 ? fabric / gang->count : UINT64_MAX;

    way->plans_nvls = can_reduce_in_switches(gang, way);
    way->has_nvls = way->plans_nvls && !spec->host.is_multicast_off;
    if (!way->has_nvls)
        return;
    for (unsigned i = 0; i < gang->count; i++) {
        const struct sim_spec_gpu *gpu = &spec->gpus[gang->ranks[i].gpu];

        if (gpu->rate[SIM_RESOURCE_LINKS_OUT] < planned)
            planned = gpu->rate[SIM_RESOURCE_LINKS_OUT];
        sim_gang_add_fault(way, gpu->faults.links);
        for (unsigned k = 0; k < gang->count; k++) {
            const struct sim_spec_pair *pair = &spec->pairs[gpu - spec->gpus][gang->ranks[k].gpu];

            if (i != k && pair->link_rate < least)
                least = pair->link_rate;
            if (i != k)
                sim_gang_add_fault(way, pair->fault);
        }
    }
    sim_gang_add_fault(way, spec->host.fabric_fault);
    way->nvls_rate = (least < planned ? least : planned) / 1000 * share;
    way->nvls_plan = planned / 1000 * share;
}

/* Faults that closed a way between ranks of one host, whether the ring would have taken it or not.
 */
static void find_closed_ways(struct sim_gang_way *way, const struct gang *gang)
{
    for (unsigned i = 0; i < gang->count; i++) {
        for (unsigned k = 0; k < gang->count; k++) {
            const struct sim_spec_pair *pair =
                &gang->spec->pairs[gang->ranks[i].gpu][gang->ranks[k].gpu];

            if (i != k && gang->ranks[i].host == gang->ranks[k].host
                && (pair->nvlinks == 0 || !pair->can_access))
                sim_gang_add_fault(way, pair->fault);
        }
    }
}

void sim_gang_way(struct sim_gang_way *way, const struct sim_spec *spec,
                  const struct sim_gang_env *env, const struct sim_gang_rank *ranks, unsigned count)
{
    const struct gang gang = { spec, env, ranks, count };

    memset(way, 0, sizeof *way);
    way->count = count;
    way->memory_rate = UINT64_MAX;
    way->algorithms = ((1u << SIM_GANG_ALGORITHMS) - 1) & ~env->no_algorithms;
    way->protocols = ((1u << SIM_GANG_PROTOCOLS) - 1) & ~env->no_protocols;
    for (unsigned i = 0; i < count; i++) {
        const uint64_t rate = spec->gpus[ranks[i].gpu].rate[SIM_RESOURCE_MEMORY];

        way->hosts += host_of(&gang, i) == i;
        way->memory_rate = rate < way->memory_rate ? rate : way->memory_rate;
    }
    sim_gang_ring(way->ring, spec, env, ranks, count);
    if (count == 1) {
        sim_gang_add_fault(way, spec->gpus[ranks[0].gpu].faults.memory);
        sim_gang_add_fault(way, spec->gpus[ranks[0].gpu].faults.busy);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        const struct sim_gang_hop hop = ring_hop(&gang, way, i);

        way->path[i] = effective_path(spec, &hop);
        way->via[i] = hop.via;
    }
    find_ring_rate(way, &gang);
    find_channels(way, &gang);
    find_nvls(way, &gang);
    find_closed_ways(way, &gang);
}

uint64_t sim_gang_pair_rate(const struct sim_spec *spec, const struct sim_gang_env *env,
                            const struct sim_gang_rank *from, const struct sim_gang_rank *to)
{
    const struct sim_gang_rank ranks[2] = { *from, *to };
    const struct gang gang = { spec, env, ranks, 2 };
    const struct sim_gang_hop hop = hop_between(&gang, 0, 1);
    struct sim_gang_load load;

    memset(&load, 0, sizeof load);
    sim_gang_load_add(&load, spec, &hop);
    return sim_gang_load_rate(&load, spec, &hop);
}
