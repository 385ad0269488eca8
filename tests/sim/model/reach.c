/* SPDX-License-Identifier: Apache-2.0 */
/* See reach.h. */
#include "model/reach.h"

#include "model/strict.h"

bool sim_reach_block(const struct sim_context *context, const struct sim_block *block)
{
    if (block->kind == SIM_BLOCK_PINNED || sim_block_device(block) == context->device)
        return true;
    return (context->peers >> block->gpu & 1) != 0;
}

bool sim_reach_all(const struct sim_context *context, const char *name,
                   const struct sim_access *accesses, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct sim_access *access = &accesses[i];
        const uintptr_t address = (uintptr_t)access->pointer;
        const struct sim_block *block = sim_memory_find(&sim_world.memory, address);

        if (access->bytes == 0)
            continue;
        if (block == NULL || !sim_block_holds(block, address, access->bytes)
            || !sim_reach_block(context, block)) {
            sim_strict_report("kernel '%s' touches %llu bytes at %#llx that are not its own", name,
                              (unsigned long long)access->bytes, (unsigned long long)address);
            return false;
        }
    }
    return true;
}
