/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_connect.h. */
#include "model/gang_connect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/fault.h"
#include "model/gang_dump.h"
#include "model/gang_log.h"
#include "model/gang_shm.h"
#include "model/live.h"
#include "model/world.h"

/* Numbers of ncclResult_t. */
enum { UNHANDLED_CUDA_ERROR = 1, SYSTEM_ERROR = 2, INTERNAL_ERROR = 3 };

/* From this release on a thread of its own, the proxy, makes what ranks share
 * (src/transport/shm.cc: ncclProxyCallBlocking with ncclProxyMsgSetup). */
#define SHARES_BY_PROXY 22400

/* From this release on it gives up where memory cannot be bound to multicast, before it went on
 * without (user guide, NCCL_NVLS_ENABLE). */
#define NEEDS_MULTICAST 22900

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

static void fired(int fault)
{
    if (fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)fault);
}

/* GPUs with NVLinks between them that the driver does not let reach each other: NCCL takes that for
 * broken, and gives up unless told to go on. The first such pair. */
static bool is_cut(const struct sim_spec *spec, const struct sim_gang_rank *ranks, unsigned count,
                   char *text, size_t size)
{
    const char *ignore = sim_gang_variable("NCCL_IGNORE_DISABLED_P2P");

    if (ignore != NULL && strtol(ignore, NULL, 10) == 1)
        return false;
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = 0; k < i; k++) {
            const struct sim_spec_pair *pair = &spec->pairs[ranks[i].gpu][ranks[k].gpu];

            if (sim_gang_path(spec, &ranks[i], &ranks[k]) != SIM_PATH_NVL
                || (pair->can_access && !pair->is_refused_by_nvml))
                continue;
            fired(pair->fault);
            snprintf(text, size,
                     "P2P is disabled between NVLINK connected GPUs %u and %u. This should not be "
                     "the case given their connectivity, and is probably due to a hardware issue. "
                     "If you still want to proceed, you can set NCCL_IGNORE_DISABLED_P2P=1.",
                     spec->gpus[ranks[k].gpu].gpu, spec->gpus[ranks[i].gpu].gpu);
            return true;
        }
    }
    return false;
}

/* What is refused between these GPUs, whether anything would have gone that way or not. */
static void mark_refused(const struct sim_spec *spec, const struct sim_gang_rank *ranks,
                         unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = 0; k < count; k++)
            fired(spec->pairs[ranks[i].gpu][ranks[k].gpu].nvml_fault);
    }
}

static bool is_without_multicast(const struct sim_spec *spec, const struct sim_gang_way *way,
                                 char *text, size_t size)
{
    if (!way->plans_nvls || way->has_nvls || spec->nccl_version < NEEDS_MULTICAST)
        return false;
    sim_gang_multicast_words(text, size);
    return true;
}

/* What follows where that thread could not: it closes the connection, and who asked sees no more
 * than that (src/proxy.cc of 2.28.9). */
static void give_up_by_proxy(const char *operation, const struct sim_gang_self *self, int *result,
                             char *text, size_t size)
{
    char line[160];

    snprintf(line, sizeof line,
             "[Proxy Service %u] Failed to execute operation %s from rank %u, retcode %d",
             self->rank, operation, self->rank, SYSTEM_ERROR);
    sim_gang_log_warning(line, self);
    snprintf(text, size, "Socket recv failed while polling for opId=0x7f%06x", self->rank << 8);
    sim_gang_log_warning(text, self);
    *result = INTERNAL_ERROR;
}

static bool can_share(const struct sim_spec *spec, const struct sim_gang_way *way,
                      const struct sim_gang_rank *ranks, const struct sim_gang_self *self,
                      int *result, char *text, size_t size)
{
    char line[200];

    if (sim_gang_shm_fits(spec, way, ranks, self->rank, text, size))
        return true;
    *result = SYSTEM_ERROR;
    sim_gang_log_warning(text, self);
    if (spec->nccl_version < SHARES_BY_PROXY)
        return false;
    snprintf(line, sizeof line,
             "Error while creating shared memory segment /dev/shm/nccl-SIM%03u (size %u), error: "
             "No space left on device (28)",
             self->rank, SIM_GANG_SHM_CONNECTION);
    sim_gang_log_warning(line, self);
    give_up_by_proxy("Setup", self, result, text, size);
    return false;
}

/* Memory for the network is registered by the proxy in every release (src/transport/net.cc). */
static bool can_register(const struct sim_spec *spec, const struct sim_gang_way *way,
                         const struct sim_gang_self *self, int *result, char *text, size_t size)
{
    bool has_network = false;

    for (unsigned i = 0; i < way->count && way->count > 1; i++)
        has_network |= way->via[i] == SIM_VIA_NET;
    if (!has_network || !spec->host.is_locking_refused)
        return true;
    fired(spec->host.locking_fault);
    sim_gang_log_warning("Call to ibv_reg_mr failed with error Cannot allocate memory", self);
    give_up_by_proxy("Connect", self, result, text, size);
    return false;
}

bool sim_gang_connect(const struct sim_spec *spec, const struct sim_gang_env *env,
                      const struct sim_gang_rank *ranks, unsigned count, unsigned self, int *result,
                      char *text, size_t size)
{
    const struct sim_gang_self who = { self, ordinal_of(ranks[self].gpu) };
    struct sim_gang_way way;

    fired(spec->host.nccl_conf_fault);
    fired(spec->host.shm_fault);
    fired(spec->host.bus_fault);
    fired(spec->nccl_compile_fault);
    mark_refused(spec, ranks, count);
    sim_gang_way(&way, spec, env, ranks, count);
    if (way.plans_nvls && !way.has_nvls)
        fired(spec->host.multicast_fault);
    if (is_cut(spec, ranks, count, text, size) || is_without_multicast(spec, &way, text, size)) {
        *result = UNHANDLED_CUDA_ERROR;
        sim_gang_log_warning(text, &who);
        return false;
    }
    if (!can_share(spec, &way, ranks, &who, result, text, size)
        || !can_register(spec, &way, &who, result, text, size))
        return false;
    dump(spec, &way, ranks, self);
    sim_gang_log_way(spec, env, &way, ranks, &who);
    return true;
}

/* Asks every link, so that each that hangs is marked. */
static bool hangs(const struct sim_gang_way *way, const struct sim_gang_rank *ranks, unsigned place)
{
    const unsigned from = ranks[way->ring[place]].gpu;
    const unsigned to = ranks[way->ring[(place + 1) % way->count]].gpu;
    bool does = false;

    if (way->via[place] <= SIM_VIA_P2P)
        does = sim_fault_link_hangs(from, to);
    if (way->path[place] != SIM_PATH_NVL) {
        does |= sim_fault_pcie_hangs(from);
        does |= sim_fault_pcie_hangs(to);
    }
    return does;
}

sim_time sim_gang_lasts(const struct sim_spec *spec, const struct sim_gang_env *env,
                        const struct sim_gang_rank *ranks, unsigned count, unsigned self,
                        enum sim_gang_kind kind, uint64_t bytes)
{
    const struct sim_gang_self who = { self, ordinal_of(ranks[self].gpu) };
    struct sim_gang_choice choice;
    struct sim_gang_way way;
    bool ends = true;

    sim_gang_way_for(&way, spec, env, ranks, count, kind);
    choice = sim_gang_choose(&way, kind, bytes);
    sim_gang_log_choice(&way, &choice, kind, bytes, &who);
    for (unsigned i = 0; i < way.fault_count; i++)
        sim_fault_fired((unsigned)way.faults[i]);
    for (unsigned i = 0; i < count && count > 1; i++)
        ends &= !hangs(&way, ranks, i);
    return ends ? choice.time : SIM_FOREVER;
}
