/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_ring.h. */
#include "model/gang_ring.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST_STEPS   100000 /* of a search; NCCL's has a limit, too */

static unsigned least(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

/* Of one link, each way; 8.6 and 8.9 have slower ones than 8.0. */
static unsigned link_mb_per_s(int capability)
{
    static const struct {
        int from; /* compute capability */
        unsigned mb_per_s;
    } rows[] = { { 100, 40100 }, { 90, 20600 }, { 86, 12000 }, { 70, 20000 }, { 0, 18000 } };
    unsigned row = 0;

    while (capability < rows[row].from)
        row++;
    return rows[row].mb_per_s;
}

unsigned sim_gang_nominal(const struct sim_spec *spec, const struct sim_gang_env *env,
                          const struct sim_gang_rank *from, const struct sim_gang_rank *to)
{
    const struct sim_spec_gpu *one = &spec->gpus[from->gpu], *other = &spec->gpus[to->gpu];
    const enum sim_gang_transport via = sim_gang_via(spec, env, from, to);
    const unsigned links = spec->pairs[from->gpu][to->gpu].nvlinks;

    if ((via == SIM_VIA_DIRECT || via == SIM_VIA_P2P)
        && sim_gang_path(spec, from, to) == SIM_PATH_NVL)
        return least(links, least(one->nvlinks, other->nvlinks)) * link_mb_per_s(one->capability);
    return least(one->pcie_mb_per_s, other->pcie_mb_per_s);
}

/* A search for an order of the ranks of one host. */
struct search {
    unsigned count;
    unsigned members[SIM_GANG_RANKS]; /* ranks */
    unsigned nominal[SIM_GANG_RANKS][SIM_GANG_RANKS];
    unsigned order[SIM_GANG_RANKS]; /* places among the members */
    bool is_used[SIM_GANG_RANKS];
    bool is_closed; /* is the last one followed by the first? */
    unsigned steps;
};

/* Can the first `length` of the order be continued with hops of at least this rate? */
static bool extend(struct search *search, unsigned length, unsigned mb_per_s)
{
    const unsigned last = search->order[length - 1];

    if (length == search->count)
        return !search->is_closed || search->nominal[last][search->order[0]] >= mb_per_s;
    for (unsigned i = 1; i < search->count && search->steps < MOST_STEPS; i++) {
        if (search->is_used[i] || search->nominal[last][i] < mb_per_s)
            continue;
        search->steps++;
        search->is_used[i] = true;
        search->order[length] = i;
        if (extend(search, length + 1, mb_per_s))
            return true;
        search->is_used[i] = false;
    }
    return false;
}

/* The fastest rate below this one that two of them have; 0 if there is none. */
static unsigned next_rate(const struct search *search, unsigned below)
{
    unsigned best = 0;

    for (unsigned i = 0; i < search->count; i++) {
        for (unsigned k = 0; k < search->count; k++) {
            const unsigned rate = search->nominal[i][k];

            if (i != k && rate < below && rate > best)
                best = rate;
        }
    }
    return best;
}

static void find_order(struct search *search)
{
    unsigned rate = ~0u;

    do {
        rate = next_rate(search, rate);
        memset(search->is_used, 0, sizeof search->is_used);
        search->order[0] = 0;
        search->is_used[0] = true;
        search->steps = 0;
    } while (!extend(search, 1, rate) && rate > 0);
}

void sim_gang_ring(unsigned *ring, const struct sim_spec *spec, const struct sim_gang_env *env,
                   const struct sim_gang_rank *ranks, unsigned count)
{
    bool is_placed[SIM_GANG_RANKS] = { false };
    struct search search;
    unsigned placed = 0;

    for (unsigned first = 0; first < count; first++) {
        if (is_placed[first])
            continue;
        memset(&search, 0, sizeof search);
        for (unsigned i = first; i < count; i++) {
            if (ranks[i].host == ranks[first].host) {
                search.members[search.count++] = i;
                is_placed[i] = true;
            }
        }
        for (unsigned i = 0; i < search.count; i++) {
            for (unsigned k = 0; k < search.count; k++)
                search.nominal[i][k] = sim_gang_nominal(spec, env, &ranks[search.members[i]],
                                                        &ranks[search.members[k]]);
        }
        search.is_closed = search.count == count;
        find_order(&search);
        for (unsigned i = 0; i < search.count; i++)
            ring[placed++] = search.members[search.order[i]];
    }
}

void sim_gang_channels(unsigned capability, bool is_nvlink, unsigned mb_per_s, unsigned *channels,
                       unsigned *channel_mb_per_s)
{
    static const unsigned tried[][14] = {
        { 40000, 30000, 20000, 18000, 15000, 12000, 10000, 9000, 7000, 6000, 5000, 4000, 3000 },
        { 60000, 50000, 40000, 30000, 24000, 20000, 15000, 12000, 11000, 6000, 3000 },
        { 90000, 80000, 70000, 60000, 50000, 45000, 40000, 30000, 24000, 20000, 19000, 18000 },
    };
    const unsigned *speeds = tried[capability >= 100 ? 2 : capability >= 90 ? 1 : 0];
    const unsigned most = is_nvlink ? 12 : 2;

    *channels = 1;
    *channel_mb_per_s = mb_per_s;
    for (unsigned i = 0, best = 0; i < COUNT(tried[0]) && speeds[i] != 0; i++) {
        const unsigned fit = least(mb_per_s / speeds[i], most);

        if (fit * speeds[i] < best || fit == 0)
            continue;
        best = fit * speeds[i];
        *channels = fit;
        *channel_mb_per_s = speeds[i];
    }
}
