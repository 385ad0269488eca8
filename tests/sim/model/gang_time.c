/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gang_time.h. Times to start and per step are those that NCCL 2.28 plans with
 * (src/graph/tuning.cc), as is that LL has a quarter of the rate. No measurement: what real GPUs
 * take for a small message is of this order, and differs.
 */
#include "model/gang_time.h"

#include "model/flow.h"

#define PS_PER_S ((uint64_t)1000000000000)
#define NS       1000u /* in ps */
#define LL_SHARE 4

/* Nanoseconds. */
static const unsigned start_ns[SIM_GANG_ALGORITHMS][SIM_GANG_PROTOCOLS] = {
    [SIM_GANG_RING] = { 6600, 8400 },
    [SIM_GANG_TREE] = { 6800, 8400 },
    [SIM_GANG_NVLS] = { 0, 25000 },
};

enum hardware { NVLINK, PCIE, NETWORK, HARDWARES };

static const unsigned step_ns[HARDWARES][2][SIM_GANG_PROTOCOLS] = {
    [NVLINK] = { [SIM_GANG_RING] = { 600, 3400 }, [SIM_GANG_TREE] = { 600, 4000 } },
    [PCIE] = { [SIM_GANG_RING] = { 1000, 5700 }, [SIM_GANG_TREE] = { 1000, 4000 } },
    [NETWORK] = { [SIM_GANG_RING] = { 2700, 14000 }, [SIM_GANG_TREE] = { 5000, 14000 } },
};

static sim_time time_for(uint64_t bytes, uint64_t rate)
{
    if (rate == 0 || rate == UINT64_MAX)
        return 0;
    return (sim_time)((sim_work)bytes * PS_PER_S / rate);
}

/* Between ranks of one host. */
static enum hardware inner(const struct sim_gang_way *way)
{
    for (unsigned i = 0; i < way->count; i++) {
        if (way->path[i] != SIM_PATH_NET && way->path[i] != SIM_PATH_NVL)
            return PCIE;
    }
    return NVLINK;
}

static unsigned log2_of(unsigned number)
{
    unsigned log = 0;

    while (number >>= 1)
        log++;
    return log;
}

/* Bytes per second of rings and of switches: those that are, or those that NCCL plans with. */
struct rates {
    uint64_t ring, nvls;
};

/* `rounds` is how often the ring is gone round: 2 for an all-reduce. */
static sim_time ring_time(const struct sim_gang_way *way, unsigned rounds, uint64_t bytes,
                          enum sim_gang_protocol protocol, uint64_t rate)
{
    const unsigned steps = rounds * (way->count - 1), far = rounds * (way->hosts - 1);
    const sim_time wait = (sim_time)start_ns[SIM_GANG_RING][protocol]
                          + (sim_time)(steps - far) * step_ns[inner(way)][SIM_GANG_RING][protocol]
                          + (sim_time)far * step_ns[NETWORK][SIM_GANG_RING][protocol];

    return wait * NS + time_for(bytes, protocol == SIM_GANG_LL ? rate / LL_SHARE : rate);
}

/* A chain on each host, up and down; between hosts a tree. */
static sim_time tree_time(const struct sim_gang_way *way, uint64_t bytes,
                          enum sim_gang_protocol protocol, uint64_t rate)
{
    const unsigned near = 2 * (way->count / way->hosts - 1), far = 2 * log2_of(way->hosts);
    const sim_time wait = (sim_time)start_ns[SIM_GANG_TREE][protocol]
                          + (sim_time)near * step_ns[inner(way)][SIM_GANG_TREE][protocol]
                          + (sim_time)far * step_ns[NETWORK][SIM_GANG_TREE][protocol];

    return wait * NS + time_for(2 * bytes, protocol == SIM_GANG_LL ? rate / LL_SHARE : rate);
}

static sim_time all_reduce_time(const struct sim_gang_way *way, enum sim_gang_algorithm algorithm,
                                enum sim_gang_protocol protocol, uint64_t bytes,
                                const struct rates *rates)
{
    switch (algorithm) {
    case SIM_GANG_TREE:
        return tree_time(way, bytes, protocol, rates->ring);
    case SIM_GANG_NVLS:
        return start_ns[SIM_GANG_NVLS][SIM_GANG_SIMPLE] * (sim_time)NS
               + time_for(bytes, rates->nvls);
    default:
        return ring_time(way, 2, 2 * bytes * (way->count - 1) / way->count, protocol, rates->ring);
    }
}

static bool is_allowed(const struct sim_gang_way *way, enum sim_gang_algorithm algorithm,
                       enum sim_gang_protocol protocol)
{
    if (algorithm == SIM_GANG_NVLS && (!way->has_nvls || protocol != SIM_GANG_SIMPLE))
        return false;
    return (way->algorithms >> algorithm & 1) != 0 && (way->protocols >> protocol & 1) != 0;
}

static void consider(struct sim_gang_choice *best, enum sim_gang_algorithm algorithm,
                     enum sim_gang_protocol protocol, sim_time time)
{
    if (best->time == 0 || time < best->time)
        *best = (struct sim_gang_choice){ time, algorithm, protocol };
}

/* The quickest by what NCCL plans with; then as long as it really takes. Rings where nothing is
 * allowed. */
static struct sim_gang_choice choose_all_reduce(const struct sim_gang_way *way, uint64_t bytes)
{
    const struct rates plan = { way->ring_plan, way->nvls_plan };
    const struct rates real = { way->ring_rate, way->nvls_rate };
    struct sim_gang_choice best = { .algorithm = SIM_GANG_RING, .protocol = SIM_GANG_SIMPLE };

    for (unsigned a = 0; a < SIM_GANG_ALGORITHMS; a++) {
        for (unsigned p = 0; p < SIM_GANG_PROTOCOLS; p++) {
            if (is_allowed(way, a, p))
                consider(&best, a, p, all_reduce_time(way, a, p, bytes, &plan));
        }
    }
    best.time = all_reduce_time(way, best.algorithm, best.protocol, bytes, &real);
    return best;
}

/* All others know rings alone, whatever NCCL_ALGO says. */
static struct sim_gang_choice choose_ring(const struct sim_gang_way *way, uint64_t bytes)
{
    struct sim_gang_choice best = { .algorithm = SIM_GANG_RING, .protocol = SIM_GANG_SIMPLE };

    for (unsigned p = 0; p < SIM_GANG_PROTOCOLS; p++) {
        if ((way->protocols >> p & 1) != 0)
            consider(&best, SIM_GANG_RING, p, ring_time(way, 1, bytes, p, way->ring_plan));
    }
    best.time = ring_time(way, 1, bytes, best.protocol, way->ring_rate);
    return best;
}

struct sim_gang_choice sim_gang_choose(const struct sim_gang_way *way, enum sim_gang_kind kind,
                                       uint64_t bytes)
{
    /* Read once, written once. */
    if (way->count == 1)
        return (struct sim_gang_choice){ (sim_time)start_ns[SIM_GANG_RING][SIM_GANG_SIMPLE] * NS
                                             + time_for(2 * bytes, way->memory_rate),
                                         SIM_GANG_RING, SIM_GANG_SIMPLE };
    switch (kind) {
    case SIM_GANG_ALL_REDUCE:
        return choose_all_reduce(way, bytes);
    case SIM_GANG_ALL_GATHER:
    case SIM_GANG_REDUCE_SCATTER:
        return choose_ring(way, bytes * (way->count - 1) / way->count);
    case SIM_GANG_BROADCAST:
    case SIM_GANG_REDUCE:
    case SIM_GANG_SEND:
        break;
    }
    return choose_ring(way, bytes);
}

void sim_gang_way_for(struct sim_gang_way *way, const struct sim_spec *spec,
                      const struct sim_gang_env *env, const struct sim_gang_rank *ranks,
                      unsigned count, enum sim_gang_kind kind)
{
    sim_gang_way(way, spec, env, ranks, count);
    if (kind == SIM_GANG_SEND && count == 2)
        way->ring_rate = way->ring_plan = sim_gang_pair_rate(spec, env, &ranks[0], &ranks[1]);
}

sim_time sim_gang_duration(const struct sim_spec *spec, const struct sim_gang_env *env,
                           const struct sim_gang_rank *ranks, unsigned count,
                           enum sim_gang_kind kind, uint64_t bytes)
{
    struct sim_gang_way way;

    sim_gang_way_for(&way, spec, env, ranks, count, kind);
    return sim_gang_choose(&way, kind, bytes).time;
}
