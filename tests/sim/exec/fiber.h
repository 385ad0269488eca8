/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads of one block as fibers, so that they can wait for each other. A fiber runs until it
 * waits at a barrier, waits for its warp, or leaves the kernel.
 */
#ifndef SIM_EXEC_FIBER_H
#define SIM_EXEC_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exec/exec.h"
#include "exec/sanitize.h"
#include "exec/switch.h"
#include "exec/warp.h"

enum sim_fiber_state {
    SIM_FIBER_READY,
    SIM_FIBER_AT_BARRIER,
    SIM_FIBER_AT_WARP,
    SIM_FIBER_LEFT,
};

struct sim_fiber {
    struct sim_context context;
    struct sim_stack_note note;
    enum sim_fiber_state state;
    int line; /* where it waits */
    struct sim_warp_request request;
};

struct sim_block {
    const struct sim_launch *launch;
    unsigned count;
    struct sim_fiber *fibers;
    char *stacks;
    size_t stacks_bytes;
    struct sim_context scheduler;
    struct sim_stack_note scheduler_note;
    unsigned running; /* which fiber */
    char *err;        /* where a broken rule is written, in one line */
    size_t err_size;
    bool failed;
};

/* Takes memory for the fibers of one block at a time; false with one line in `err`. */
bool sim_block_init(struct sim_block *block, const struct sim_launch *launch, char *err,
                    size_t err_size);
void sim_block_release(struct sim_block *block);

/* Runs block number `index`, whose place is already in sim_twin, to its end. */
bool sim_block_run(struct sim_block *block, uint64_t index);

/* The line of a barrier or warp function that a kernel without fibers called since the last call;
 * 0 if none did. */
int sim_fiber_misuse(void);

/* Puts thread number `index` of the block into sim_twin. */
void sim_twin_place_thread(unsigned index);

#endif
