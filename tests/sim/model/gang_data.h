/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a collective: from a rank's memory into the job's, and what comes out back into each
 * rank's. Ranks add up big results together, a slice each; a benchmark that does the same again is
 * spared the work where nobody wrote in between.
 */
#ifndef SIM_MODEL_GANG_DATA_H
#define SIM_MODEL_GANG_DATA_H

#include "model/gang_op.h"

/* Where a rank's contribution lies, and which one it is. */
struct sim_gang_share {
    uint32_t room;
    uint64_t content;
};

struct sim_gang_op {
    struct sim_comm *comm;
    struct sim_gang_order order;
    struct sim_gang_call call;
    uint64_t number; /* from 1, by communicator */
    uint64_t brings_bytes, gets_bytes;
    struct sim_block *source_block, *target_block; /* NULL where it brings or gets nothing */
    bool is_posted, is_told;
    unsigned sum; /* the room of a sum that ranks work out together */
    struct sim_gang_share contributions[SIM_GANG_RANKS]; /* of all, once they have posted */
};

/* Copies what the rank brings, unless it lies there already, and says where in the post. */
void sim_gang_contribute(struct sim_gang_op *op, struct sim_gang_post *post);
/* Writes what the rank gets, unless that is what its memory holds already. */
void sim_gang_deliver(struct sim_gang_op *op);

#endif
