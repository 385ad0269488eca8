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

/* What one sharing needs, kept from one to the next: there are many more resources than any moment
 * uses, and a moment comes with every call. Weights are zero in between. */
static struct {
    uint64_t *room, *weight;
    unsigned *used;
    unsigned resources, used_count;
    bool *is_fixed;
    unsigned flows;
} scratch;

static void *grow(void *old, size_t count, size_t size)
{
    void *grown = realloc(old, count * size);

    if (grown == NULL)
        abort();
    return grown;
}

static void prepare(unsigned resources, unsigned flows)
{
    if (resources > scratch.resources) {
        scratch.room = grow(scratch.room, resources, sizeof *scratch.room);
        scratch.weight = grow(scratch.weight, resources, sizeof *scratch.weight);
        scratch.used = grow(scratch.used, resources, sizeof *scratch.used);
        memset(scratch.weight, 0, resources * sizeof *scratch.weight);
        scratch.resources = resources;
    }
    if (flows > scratch.flows) {
        scratch.is_fixed = grow(scratch.is_fixed, flows, sizeof *scratch.is_fixed);
        scratch.flows = flows;
    }
    memset(scratch.is_fixed, 0, flows * sizeof *scratch.is_fixed);
    scratch.used_count = 0;
}

static void add_user(const uint64_t *capacity, const struct sim_use *use)
{
    if (use->weight == 0)
        return;
    if (scratch.weight[use->resource] == 0) {
        scratch.used[scratch.used_count++] = use->resource;
        scratch.room[use->resource] = capacity[use->resource];
    }
    scratch.weight[use->resource] += use->weight;
}

/* The resource that gives its unfixed users least; false if no unfixed flow uses any. Of equals the
 * one with the lowest number, so that the order of the flows changes nothing. */
static bool bottleneck(unsigned *which, uint64_t *rate)
{
    bool found = false;

    for (unsigned i = 0; i < scratch.used_count; i++) {
        const unsigned r = scratch.used[i];

        if (scratch.weight[r] == 0)
            continue;
        uint64_t share =
            (uint64_t)((sim_work)scratch.room[r] * SIM_WEIGHT_FULL / scratch.weight[r]);
        if (!found || share < *rate || (share == *rate && r < *which)) {
            *which = r;
            *rate = share;
            found = true;
        }
    }
    return found;
}

static void fix(struct sim_flow *flow, uint64_t rate)
{
    flow->rate = rate;
    for (unsigned i = 0; i < flow->use_count; i++) {
        const struct sim_use *use = &flow->uses[i];
        uint64_t *room = &scratch.room[use->resource];
        uint64_t taken = (uint64_t)((sim_work)rate * use->weight / SIM_WEIGHT_FULL);

        if (use->weight == 0)
            continue;
        *room -= taken < *room ? taken : *room;
        scratch.weight[use->resource] -= use->weight;
    }
}

void sim_flow_share(const uint64_t *capacity, unsigned resources, struct sim_flow **flows,
                    unsigned count)
{
    unsigned which = 0;
    uint64_t rate = 0;

    prepare(resources, count);
    for (unsigned f = 0; f < count; f++) {
        for (unsigned i = 0; i < flows[f]->use_count; i++)
            add_user(capacity, &flows[f]->uses[i]);
    }
    while (bottleneck(&which, &rate)) {
        for (unsigned f = 0; f < count; f++) {
            if (!scratch.is_fixed[f] && uses(flows[f], which)) {
                fix(flows[f], rate);
                scratch.is_fixed[f] = true;
            }
        }
    }
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
