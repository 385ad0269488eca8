/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hops of a collective share when all of them are busy at once: how often a byte per hop goes
 * through each part of the machine, and so how fast a hop is beside the others. The parts are those
 * of route.h; a ring is as fast as its slowest hop.
 */
#ifndef SIM_MODEL_GANG_RATE_H
#define SIM_MODEL_GANG_RATE_H

#include "model/gang_way.h"

/* A socket interface that does not say how fast it is: 10 Gbit/s, for NCCL, too. */
#define SIM_GANG_NET_RATE 1250000000u

struct sim_gang_hop {
    unsigned from, to; /* places in the list of the machine */
    enum sim_gang_path path;
    enum sim_gang_transport via;
    unsigned from_host, to_host; /* numbers below SIM_GANG_RANKS */
};

/* In hundredths. Zero it to begin. */
struct sim_gang_load {
    bool is_planned; /* by what links should do: slow and narrow ones are not seen */
    unsigned up[SIM_SPEC_GPUS], down[SIM_SPEC_GPUS]; /* PCIe links, as seen from the GPU */
    unsigned out[SIM_SPEC_GPUS], in[SIM_SPEC_GPUS];  /* NVLinks */
    unsigned pair[SIM_SPEC_GPUS][SIM_SPEC_GPUS];
    unsigned uplink_up[SIM_SPEC_SWITCHES], uplink_down[SIM_SPEC_SWITCHES];
    unsigned socket[SIM_SPEC_NODES][SIM_SPEC_NODES];
    unsigned node[SIM_SPEC_NODES];
    unsigned fabric;
    unsigned net_out[SIM_GANG_RANKS], net_in[SIM_GANG_RANKS]; /* of hosts */
};

void sim_gang_load_add(struct sim_gang_load *load, const struct sim_spec *spec,
                       const struct sim_gang_hop *hop);

/* Bytes per second of a hop that was added, beside all others. */
uint64_t sim_gang_load_rate(struct sim_gang_load *load, const struct sim_spec *spec,
                            const struct sim_gang_hop *hop);

/* Adds the faults on the hop to those of the way. */
void sim_gang_hop_faults(struct sim_gang_way *way, const struct sim_spec *spec,
                         const struct sim_gang_hop *hop);
/* Adds one, unless it is SIM_NO_FAULT or there already. */
void sim_gang_add_fault(struct sim_gang_way *way, int fault);

#endif
