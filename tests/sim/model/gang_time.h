/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a collective takes once all ranks have reached it. A pure function of the machine, the
 * ranks, NCCL's variables and the size: the ways of gang_way.h, each with a start-up time, a time
 * per step and the rate of what it shares, and the quickest of them that is allowed.
 *
 *     ring        base + steps * step + factor * bytes / rate     SIMPLE; LL at half of the rate
 *     tree        base + steps * step + 2 * bytes / rate          all-reduce only
 *     NVLS        base + bytes / rate                             all-reduce only
 */
#ifndef SIM_MODEL_GANG_TIME_H
#define SIM_MODEL_GANG_TIME_H

#include <stdint.h>

#include "model/clock.h"
#include "model/gang_way.h"

enum sim_gang_collective {
    SIM_GANG_ALL_REDUCE,
    SIM_GANG_ALL_GATHER,
    SIM_GANG_REDUCE_SCATTER,
    SIM_GANG_BROADCAST,
    SIM_GANG_REDUCE,
    SIM_GANG_SEND, /* each rank to the next one at once, as in a group; or to itself */
};

enum sim_gang_algorithm { SIM_GANG_RING, SIM_GANG_TREE, SIM_GANG_NVLS, SIM_GANG_ALGORITHMS };
enum sim_gang_protocol { SIM_GANG_LL, SIM_GANG_SIMPLE, SIM_GANG_PROTOCOLS };

struct sim_gang_duration {
    sim_time time;
    enum sim_gang_algorithm algorithm;
    enum sim_gang_protocol protocol;
};

/*
 * `bytes`: of one rank's buffer that holds everything: what is reduced, sent or broadcast; for
 * all-gather what each rank has afterwards, for reduce-scatter what it has before. The way is that
 * of sim_gang_way() for these ranks, to be worked out once per communicator.
 */
struct sim_gang_duration sim_gang_duration(const struct sim_gang_way *way,
                                           enum sim_gang_collective collective, uint64_t bytes);

#endif
