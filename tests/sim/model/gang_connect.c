/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_connect.h. */
#include "model/gang_connect.h"

#include <stdlib.h>
#include <string.h>

#include "model/fault.h"
#include "model/gang_dump.h"
#include "model/gang_log.h"
#include "model/live.h"
#include "model/world.h"

/* Rank 0 writes unless NCCL_..._DUMP_FILE_RANK names another; NULL if this one does not. */
static FILE *open_dump(const char *name, const char *rank_name, unsigned self)
{
    const char *path = sim_gang_variable(name), *rank = sim_gang_variable(rank_name);
    const unsigned writer = rank != NULL ? (unsigned)strtoul(rank, NULL, 10) : 0;

    return path != NULL && path[0] != '\0' && writer == self ? fopen(path, "we") : NULL;
}

static void dump(const struct sim_spec *spec, const struct sim_gang_way *way,
                 const struct sim_gang_rank *ranks, unsigned self)
{
    FILE *topology = open_dump("NCCL_TOPO_DUMP_FILE", "NCCL_TOPO_DUMP_FILE_RANK", self);
    FILE *graphs = open_dump("NCCL_GRAPH_DUMP_FILE", "NCCL_GRAPH_DUMP_FILE_RANK", self);

    if (topology != NULL) {
        sim_gang_dump_topology(topology, spec, sim_live_machine(), ranks, way->count, self);
        fclose(topology);
    }
    if (graphs != NULL) {
        sim_gang_dump_graphs(graphs, spec, way, ranks, self);
        fclose(graphs);
    }
}

/* -1 if CUDA does not show it to this process. */
static int ordinal_of(unsigned gpu)
{
    for (unsigned i = 0; i < sim_world.device_count; i++) {
        if (sim_world.devices[i].gpu == gpu)
            return (int)i;
    }
    return -1;
}

bool sim_gang_connect(const struct sim_spec *spec, const struct sim_gang_env *env,
                      const struct sim_gang_rank *ranks, unsigned count, unsigned self, int *result,
                      char *text, size_t size)
{
    const struct sim_gang_self who = { self, ordinal_of(ranks[self].gpu) };
    struct sim_gang_way way;

    (void)result, (void)text, (void)size;
    sim_gang_way(&way, spec, env, ranks, count);
    dump(spec, &way, ranks, self);
    sim_gang_log_way(spec, env, &way, ranks, &who);
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
