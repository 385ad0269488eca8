/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds twins and runs launches: block by block, and within a block thread by thread (no barrier,
 * a plain loop) or fiber by fiber.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/exec.h"
#include "exec/fiber.h"
#include "exec/order.h"
#include "exec/twin.h"
#include "exec/vectors.h"

#define MAX_BLOCK_THREADS 1024

/* As the model's device memory: what was never written is visible, and the same each time. */
#define POISON 0xC5

/* The linker gathers one pointer per kernel between these. */
extern const struct sim_kernel *const __start_sim_kernels[] __attribute__((visibility("hidden")));
extern const struct sim_kernel *const __stop_sim_kernels[] __attribute__((visibility("hidden")));

const struct sim_kernel *sim_kernel_at(size_t index)
{
    const size_t count = (size_t)(__stop_sim_kernels - __start_sim_kernels);

    return index < count ? __start_sim_kernels[index] : NULL;
}

const struct sim_kernel *sim_kernel_find(const char *name)
{
    const struct sim_kernel *kernel, *best = NULL;

    for (size_t i = 0; (kernel = sim_kernel_at(i)) != NULL; i++) {
        if (strcmp(kernel->name, name) == 0 && sim_has_vectors(kernel->vectors)
            && (best == NULL || kernel->vectors > best->vectors))
            best = kernel;
    }
    return best;
}

static bool shape_is_possible(const struct sim_launch *launch, char *err, size_t err_size)
{
    uint64_t threads = 1;

    for (int axis = 0; axis < 3; axis++) {
        if (launch->grid[axis] == 0 || launch->block[axis] == 0) {
            snprintf(err, err_size, "grid and block need at least 1 in each direction");
            return false;
        }
        if (launch->block[axis] > MAX_BLOCK_THREADS)
            threads = 0;
        threads *= launch->block[axis];
    }
    if (threads == 0 || threads > MAX_BLOCK_THREADS) {
        snprintf(err, err_size, "block of %u x %u x %u exceeds %d threads", launch->block[0],
                 launch->block[1], launch->block[2], MAX_BLOCK_THREADS);
        return false;
    }
    return true;
}

static bool run_loop(const struct sim_launch *launch, uint64_t index, char *err, size_t err_size)
{
    const unsigned count = launch->block[0] * launch->block[1] * launch->block[2];
    const uint64_t seed = sim_order_mix(launch->seed, index);

    for (unsigned i = 0; i < count; i++) {
        sim_twin_place_thread((unsigned)sim_order_pick(launch->order, seed, count, i));
        launch->kernel->thread(launch->args);
    }
    const int line = sim_fiber_misuse();
    if (line == 0)
        return true;
    snprintf(err, err_size, "line %d waits for other threads, but the kernel is no GST_KERNEL_SYNC",
             line);
    return false;
}

static void place_block(const struct sim_launch *launch, uint64_t index)
{
    sim_twin.block_idx.x = (unsigned)(index % launch->grid[0]);
    sim_twin.block_idx.y = (unsigned)(index / launch->grid[0] % launch->grid[1]);
    sim_twin.block_idx.z = (unsigned)(index / launch->grid[0] / launch->grid[1]);
    if (launch->shared_bytes != 0)
        memset(sim_twin.dynamic_shared, POISON, launch->shared_bytes);
}

static bool run_blocks(const struct sim_launch *launch, struct sim_block *fibers, char *err,
                       size_t err_size)
{
    const uint64_t count = (uint64_t)launch->grid[0] * launch->grid[1] * launch->grid[2];
    char why[192];

    for (uint64_t i = 0; i < count; i++) {
        const uint64_t index = sim_order_pick(launch->order, launch->seed, count, i);
        bool ok;

        place_block(launch, index);
        if (fibers != NULL) {
            fibers->err = why;
            fibers->err_size = sizeof(why);
            ok = sim_block_run(fibers, index);
        } else {
            ok = run_loop(launch, index, why, sizeof(why));
        }
        if (!ok) {
            snprintf(err, err_size, "kernel '%s', block (%u,%u,%u): %s", launch->kernel->name,
                     sim_twin.block_idx.x, sim_twin.block_idx.y, sim_twin.block_idx.z, why);
            return false;
        }
    }
    return true;
}

bool sim_exec_run(const struct sim_launch *launch, char *err, size_t err_size)
{
    /* A kernel may use float4 on its dynamic shared memory. */
    const size_t shared_bytes = (launch->shared_bytes + 15) / 16 * 16;
    void *shared = NULL;
    struct sim_block fibers = { 0 };
    bool ok;

    if (!shape_is_possible(launch, err, err_size))
        return false;
    if (shared_bytes != 0 && (shared = aligned_alloc(16, shared_bytes)) == NULL) {
        snprintf(err, err_size, "no memory for %zu bytes of shared memory", shared_bytes);
        return false;
    }
    sim_twin = (struct sim_twin){
        .block_dim = { launch->block[0], launch->block[1], launch->block[2] },
        .grid_dim = { launch->grid[0], launch->grid[1], launch->grid[2] },
        .arch = (uint32_t)launch->arch,
        .dynamic_shared = shared,
    };
    ok = !launch->kernel->sync || sim_block_init(&fibers, launch, err, err_size);
    ok = ok && run_blocks(launch, launch->kernel->sync ? &fibers : NULL, err, err_size);
    sim_block_release(&fibers);
    free(shared);
    return ok;
}
