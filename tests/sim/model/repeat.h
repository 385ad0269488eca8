/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that was done before and would leave memory as it is: a benchmark copies, fills or computes
 * the same many times, and only the first costs real time. What stands was done to the same bytes,
 * which nobody wrote since. Callers write pinned memory as they like, but not while they wait in a
 * call, so what touches it stands until the call ends in which it was done.
 *
 * Where an order of threads is asked for that is not forward, nothing stands: all is to be run.
 */
#ifndef SIM_MODEL_REPEAT_H
#define SIM_MODEL_REPEAT_H

#include "model/world.h"

/* What decides the outcome besides the content of these ranges goes into the digest. */
struct sim_repeat {
    uint64_t digest;
    unsigned range_count;
    struct {
        const struct sim_block *block;
        uintptr_t address;
        uint64_t size_bytes;
    } ranges[SIM_COST_ACCESSES];
};

/* Work of no parts and no ranges. */
void sim_repeat_init(struct sim_repeat *repeat);
void sim_repeat_part(struct sim_repeat *repeat, const void *part, size_t size_bytes);
/* Bytes that it reads or writes, all in one block; none is fine. */
void sim_repeat_range(struct sim_repeat *repeat, uintptr_t address, uint64_t size_bytes);

/* Was it done, and is all as it was left? */
bool sim_repeat_stands(const struct sim_repeat *repeat);
/* It has just been done, and its writes are noted. */
void sim_repeat_done(const struct sim_repeat *repeat);

#endif
