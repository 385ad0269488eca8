/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a ring, and what NCCL takes it to carry: it plans with what links should do, and
 * sees nothing of one that is slow.
 */
#ifndef SIM_MODEL_GANG_RING_H
#define SIM_MODEL_GANG_RING_H

#include "model/gang_way.h"

/* MB/s that NCCL takes two ranks of one host to exchange, each way. Its rates of a link are those
 * of src/graph/topo.h. */
unsigned sim_gang_nominal(const struct sim_spec *spec, const struct sim_gang_env *env,
                          const struct sim_gang_rank *from, const struct sim_gang_rank *to);

/* Writes the ranks in the order of the ring: those of a host beside each other, hosts in the order
 * of their first ranks; within one, the first order by number whose slowest hop is the fastest. */
void sim_gang_ring(unsigned *ring, const struct sim_spec *spec, const struct sim_gang_env *env,
                   const struct sim_gang_rank *ranks, unsigned count);

/* Channels beside each other, and MB/s of each, for hops of this rate: of the rates that NCCL tries
 * (src/graph/search.cc) the one that leaves least, in at most twelve channels; over PCIe two. */
void sim_gang_channels(unsigned capability, bool is_nvlink, unsigned mb_per_s, unsigned *channels,
                       unsigned *channel_mb_per_s);

#endif
