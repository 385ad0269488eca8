/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_connect.h. */
#include "model/gang_connect.h"

#include "model/fault.h"

bool sim_gang_connect(const struct sim_spec *spec, const struct sim_gang_env *env,
                      const struct sim_gang_rank *ranks, unsigned count, unsigned self, int *result,
                      char *text, size_t size)
{
    (void)spec, (void)env, (void)ranks, (void)count, (void)self;
    (void)result, (void)text, (void)size;
    return true;
}

void sim_gang_used(const struct sim_spec *spec, const struct sim_gang_env *env,
                   const struct sim_gang_rank *ranks, unsigned count)
{
    struct sim_gang_way way;

    sim_gang_way(&way, spec, env, ranks, count);
    for (unsigned i = 0; i < way.fault_count; i++)
        sim_fault_fired((unsigned)way.faults[i]);
}
