/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a collective takes once all ranks have reached it. Depends on nothing but its arguments,
 * so that each rank can work it out for itself: the way of gang_way.h, and of what is allowed
 * there that which NCCL has to take for the quickest: it does not know of slow links. With n ranks,
 * a time to start and one for each step, as in gang_time.c:
 *
 *     all-reduce      ring   start + 2 (n - 1) step + 2 (n - 1) / n bytes / rate
 *     all-gather      ring   start +   (n - 1) step +   (n - 1) / n bytes / rate
 *     reduce-scatter  ring   as all-gather
 *     broadcast       ring   start +   (n - 1) step +               bytes / rate
 *     reduce          ring   as broadcast
 *     send            pair   start +           step +               bytes / rate of the pair
 *     all-reduce      tree   start + 2 (n / hosts - 1 + log2 hosts) step + 2 bytes / rate
 *     all-reduce      NVLS   start +                                       bytes / rate of NVLS
 *
 * Ring and tree come in two protocols: LL starts and steps sooner, with a part of the rate; SIMPLE
 * has all of it. One rank alone copies in its own memory.
 */
#ifndef SIM_MODEL_GANG_TIME_H
#define SIM_MODEL_GANG_TIME_H

#include <stdint.h>

#include "model/clock.h"
#include "model/gang_way.h"

enum sim_gang_kind {
    SIM_GANG_ALL_REDUCE,
    SIM_GANG_ALL_GATHER,
    SIM_GANG_REDUCE_SCATTER,
    SIM_GANG_BROADCAST,
    SIM_GANG_REDUCE,
    SIM_GANG_SEND, /* one message, from ranks[0] to ranks[1]; of one rank alone, to itself */
};

/* Picoseconds. `bytes` is the larger one of a rank's two buffers. */
sim_time sim_gang_duration(const struct sim_spec *spec, const struct sim_gang_env *env,
                           const struct sim_gang_rank *ranks, unsigned count,
                           enum sim_gang_kind kind, uint64_t bytes);

/* The way of this kind: of one message only one direction is used. */
void sim_gang_way_for(struct sim_gang_way *way, const struct sim_spec *spec,
                      const struct sim_gang_env *env, const struct sim_gang_rank *ranks,
                      unsigned count, enum sim_gang_kind kind);

/* How long, and by what, that way takes. */
struct sim_gang_choice {
    sim_time time;
    enum sim_gang_algorithm algorithm;
    enum sim_gang_protocol protocol;
};
struct sim_gang_choice sim_gang_choose(const struct sim_gang_way *way, enum sim_gang_kind kind,
                                       uint64_t bytes);

#endif
