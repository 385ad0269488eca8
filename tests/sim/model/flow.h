/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bandwidth as flows over shared resources: memory, links, arithmetic units. Flows that meet on a
 * resource share it max-min fairly. Integers only: rates in units per second, work that is left in
 * units times picoseconds per second, so that no rounding depends on the machine.
 */
#ifndef SIM_MODEL_FLOW_H
#define SIM_MODEL_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "model/clock.h"

/* Bytes times 10^12 do not fit 64 bits for the memory of one GPU. */
__extension__ typedef unsigned __int128 sim_work;

#define SIM_FLOW_USES   12
#define SIM_WEIGHT_FULL 100 /* one unit of the resource for one unit of the flow */

struct sim_use {
    unsigned resource;
    unsigned weight; /* in hundredths: 200 for a copy within one memory, which reads and writes */
};

struct sim_flow {
    unsigned use_count;
    struct sim_use uses[SIM_FLOW_USES];
    sim_work left;
    uint64_t rate; /* units per second; 0 if a resource that it needs has no capacity */
};

/* A flow of so many units; no uses yet. */
void sim_flow_init(struct sim_flow *flow, uint64_t units);
/* The flow also needs this resource. Using one twice adds up. */
void sim_flow_use(struct sim_flow *flow, unsigned resource, unsigned weight);

/* Gives every flow its max-min fair rate: no flow can get more without taking it from one that
 * has less. The sum of weighted rates on a resource never exceeds its capacity. */
void sim_flow_share(const uint64_t *capacity, unsigned resources, struct sim_flow **flows,
                    unsigned count);

/* Picoseconds until the flow is through at its present rate; SIM_FOREVER if it stands still. */
sim_time sim_flow_time_left(const struct sim_flow *flow);
/* The flow moves on for so long at its present rate. */
void sim_flow_advance(struct sim_flow *flow, sim_time duration);

#endif
