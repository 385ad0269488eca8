/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a kernel on the CPU: its host twin, the same source as the GPU's, compiled by the C
 * compiler and found by name. The order of blocks and threads can be permuted, since a kernel
 * that is right in one order only has a race.
 */
#ifndef SIM_EXEC_EXEC_H
#define SIM_EXEC_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_order {
    SIM_ORDER_FORWARD,
    SIM_ORDER_REVERSE,
    SIM_ORDER_SHUFFLED, /* drawn from the launch's seed */
};

/* What a twin was compiled for, the best last. */
enum sim_vectors { SIM_VECTORS_PLAIN, SIM_VECTORS_AVX2, SIM_VECTORS_AVX512 };

struct sim_kernel {
    const char *name;
    size_t args_bytes; /* size of the one struct that is its parameter */
    bool sync;         /* may use barriers and warp functions: every thread is a fiber */
    bool any_block;    /* does the same with any block of one dimension, one thread included */
    enum sim_vectors vectors;
    void (*thread)(const void *args);
};

struct sim_launch {
    const struct sim_kernel *kernel;
    unsigned grid[3];
    unsigned block[3];
    size_t shared_bytes; /* dynamic shared memory */
    const void *args;    /* kernel->args_bytes of them */
    int arch;            /* what GST_DEVICE_ARCH() says: 900 */
    enum sim_order order;
    uint64_t seed;
};

#define SIM_COST_ACCESSES 8

/* What a launch moves and computes, for the timing model. */
struct sim_cost {
    uint64_t flops;
    const void *chased;    /* memory that is read one load after the other, */
    uint64_t chased_loads; /* so many of them: each takes as long as that memory is away */
    unsigned access_count;
    struct sim_access {
        const void *pointer;
        uint64_t bytes;
        bool is_write;
    } accesses[SIM_COST_ACCESSES];
};

/* The twin of that name, NULL if there is none; of several the best for this processor. */
const struct sim_kernel *sim_kernel_find(const char *name);

/* The kernel number `index` in no particular order, NULL past the last. */
const struct sim_kernel *sim_kernel_at(size_t index);

/* Runs the launch to completion on the calling thread. False with one line in `err` if the grid or
 * block is impossible, or if the kernel breaks a rule that a GPU does not forgive: threads that
 * wait for each other for ever, diverging barriers, a shuffle with a lane that takes no part. Then
 * the output holds whatever was written so far. */
bool sim_exec_run(const struct sim_launch *launch, char *err, size_t err_size);

/* Says whether there is a cost row for the kernel, and fills `cost` (zero without a row). */
bool sim_exec_cost(const struct sim_launch *launch, struct sim_cost *cost);

#endif
