/* SPDX-License-Identifier: Apache-2.0 */
/* What is left at the end of a program that should have been given back. */
#include <unistd.h>

#include "model/handle.h"
#include "model/strict.h"
#include "model/world.h"

static void report(unsigned count, const char *what)
{
    if (count > 0)
        sim_strict_report("%u %s never given back", count, what);
}

/* A forked child ends with what its parent still holds: that is not the child's to give back. */
__attribute__((destructor)) static void report_leaks(void)
{
    unsigned device = 0, pinned = 0;

    if (!sim_world.is_initialised || sim_world.pid != getpid())
        return;
    for (size_t i = 0; i < sim_world.memory.count; i++) {
        const struct sim_block *block = sim_world.memory.blocks[i];

        device += block->is_alive && block->kind == SIM_BLOCK_DEVICE;
        pinned += block->is_alive && block->kind == SIM_BLOCK_PINNED;
    }
    report(device, "blocks of device memory");
    report(pinned, "blocks of pinned memory");
    report(sim_handle_alive(SIM_HANDLE_STREAM), "streams");
    report(sim_handle_alive(SIM_HANDLE_EVENT), "events");
    report(sim_handle_alive(SIM_HANDLE_MODULE), "modules");
    report(sim_handle_alive(SIM_HANDLE_BLAS), "handles of cuBLAS");
    report(sim_handle_alive(SIM_HANDLE_COMM), "communicators");
    report(sim_handle_alive(SIM_HANDLE_CONTEXT), "contexts");
}
