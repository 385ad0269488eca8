/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progressive filling: find the resource that gives its users least, fix those users' rates, take
 * them out, and repeat. Every division rounds down, so the sums stay below the capacities.
 */
#include "model/flow.h"

#include <stdlib.h>
#include <string.h>

#define PS_PER_S ((uint64_t)1000000000000)

void sim_flow_init(struct sim_flow *flow, uint64_t units)
{
    memset(flow, 0, sizeof *flow);
    flow->left = (sim_work)units * PS_PER_S;
}

void sim_flow_use(struct sim_flow *flow, unsigned resource, unsigned weight)
{
    for (unsigned i = 0; i < flow->use_count; i++) {
        if (flow->uses[i].resource == resource) {
            flow->uses[i].weight += weight;
            return;
        }
    }
    if (flow->use_count == SIM_FLOW_USES)
        abort();
    flow->uses[flow->use_count++] = (struct sim_use){ resource, weight };
}

static bool uses(const struct sim_flow *flow, unsigned resource)
{
    for (unsigned i = 0; i < flow->use_count; i++) {
        if (flow->uses[i].resource == resource)
            return true;
    }
    return false;
}

/* The resource that gives its unfixed users least; false if no unfixed flow uses any. Of equals the
 * one with the lowest number, so that the order of the flows changes nothing. */
static bool bottleneck(const uint64_t *room, const uint64_t *weight, const unsigned *used,
                       unsigned used_count, unsigned *which, uint64_t *rate)
{
    bool found = false;

    for (unsigned i = 0; i < used_count; i++) {
        const unsigned r = used[i];

        if (weight[r] == 0)
            continue;
        uint64_t share = (uint64_t)((sim_work)room[r] * SIM_WEIGHT_FULL / weight[r]);
        if (!found || share < *rate) {
            *which = r;
            *rate = share;
            found = true;
        }
    }
    return found;
}

static void fix(struct sim_flow *flow, uint64_t rate, uint64_t *room, uint64_t *weight)
{
    flow->rate = rate;
    for (unsigned i = 0; i < flow->use_count; i++) {
        const struct sim_use *use = &flow->uses[i];
        uint64_t taken = (uint64_t)((sim_work)rate * use->weight / SIM_WEIGHT_FULL);

        room[use->resource] -= taken < room[use->resource] ? taken : room[use->resource];
        weight[use->resource] -= use->weight;
    }
}

void sim_flow_share(const uint64_t *capacity, unsigned resources, struct sim_flow **flows,
                    unsigned count)
{
    uint64_t *room = calloc(2 * (size_t)resources + 1, sizeof *room);
    unsigned *used = malloc(((size_t)resources + 1) * sizeof *used);
    bool *is_fixed = calloc(count + 1, sizeof *is_fixed);
    unsigned which = 0, used_count = 0;
    uint64_t rate = 0;

    if (room == NULL || used == NULL || is_fixed == NULL)
        abort();
    uint64_t *weight = room + resources;
    memcpy(room, capacity, resources * sizeof *room);
    for (unsigned f = 0; f < count; f++) {
        for (unsigned i = 0; i < flows[f]->use_count; i++)
            weight[flows[f]->uses[i].resource] += flows[f]->uses[i].weight;
    }
    /* There are many more resources than any moment uses. */
    for (unsigned r = 0; r < resources; r++) {
        if (weight[r] != 0)
            used[used_count++] = r;
    }
    while (bottleneck(room, weight, used, used_count, &which, &rate)) {
        for (unsigned f = 0; f < count; f++) {
            if (!is_fixed[f] && uses(flows[f], which)) {
                fix(flows[f], rate, room, weight);
                is_fixed[f] = true;
            }
        }
    }
    free(is_fixed);
    free(used);
    free(room);
}

sim_time sim_flow_time_left(const struct sim_flow *flow)
{
    if (flow->left == 0)
        return 0;
    if (flow->rate == 0)
        return SIM_FOREVER;
    sim_work time = (flow->left + flow->rate - 1) / flow->rate;
    return time < SIM_FOREVER ? (sim_time)time : SIM_FOREVER;
}

void sim_flow_advance(struct sim_flow *flow, sim_time duration)
{
    sim_work moved = (sim_work)flow->rate * duration;

    flow->left -= moved < flow->left ? moved : flow->left;
}
