/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gang_log.h. Times and addresses are invented; what kernels took to load is 0, unless a fault
 * has them compiled.
 */
#include "model/gang_log.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "model/gang_log_line.h"

/* From this version of the driver on such memory is tried by itself (src/misc/cudawrap.cc). */
#define CUMEM_HOST_CUDA 12060

/* Of one buffer that is bound; invented. */
#define NVLS_BYTES 4194304u

/* Where a container's seccomp profile forbids this, the driver cannot make memory of the host that
 * other processes may map (src/misc/cudawrap.cc). */
static bool may_not_place_memory(void)
{
    int mode;

    return syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) != 0 && errno == EPERM;
}

void sim_gang_release(const struct sim_spec *spec, char *text, size_t size)
{
    const int version = spec->nccl_version, cuda = spec->runtime_cuda;

    snprintf(text, size, "%d.%d.%d+cuda%d.%d", version / 10000, version / 100 % 100, version % 100,
             cuda / 1000, cuda % 1000 / 10);
}

/* To levels below INFO without anything before it, and whatever parts are asked for. */
static void log_version(const struct sim_spec *spec, const struct sim_gang_self *self)
{
    char release[64];

    if (self->rank != 0)
        return;
    sim_gang_release(spec, release, sizeof release);
    if (sim_log_is_on(SIM_LOG_INFO, ~0u)) {
        sim_log_info(self, ~0u, "NCCL version %s", release);
    } else if (sim_log_is_on(SIM_LOG_VERSION, ~0u)) {
        fprintf(sim_log_file(), "NCCL version %s\n", release);
        fflush(sim_log_file());
    }
}

static void log_environment(const struct sim_gang_self *self)
{
    static const char *const names[] = { "NCCL_P2P_DISABLE", "NCCL_P2P_LEVEL", "NCCL_SHM_DISABLE",
                                         "NCCL_NVLS_ENABLE", "NCCL_ALGO",      "NCCL_PROTO",
                                         "NCCL_HOSTID" };

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = sim_gang_variable(names[i]);

        if (value != NULL)
            sim_log_info(self, SIM_LOG_ENV, "%s set by environment to %s.", names[i], value);
    }
}

/* "1b000": bus and device as NCCL writes them. */
static unsigned long long bus_of(const struct sim_spec_gpu *gpu)
{
    return (unsigned long long)gpu->pci_domain << 20 | gpu->pci_bus << 12 | gpu->pci_device << 4;
}

static void log_init(const struct sim_spec *spec, unsigned count, const struct sim_gang_rank *rank,
                     const struct sim_gang_self *self, const char *what, const char *end)
{
    const struct sim_spec_gpu *gpu = &spec->gpus[rank->gpu];

    sim_log_info(
        self, SIM_LOG_INIT,
        "%scomm 0x%x rank %u nranks %u cudaDev %d nvmlDev %u busId %llx commId 0x%llx - Init %s",
        what, 0x5000000 + self->rank * 0x1000, self->rank, count, self->device, gpu->gpu,
        bus_of(gpu), (unsigned long long)rank->host, end);
}

static void log_rings(const struct sim_gang_way *way, const struct sim_gang_self *self)
{
    char line[8 * SIM_GANG_RANKS];

    for (unsigned channel = 0; channel < way->channels && self->rank == 0; channel++) {
        size_t used = 0;

        for (unsigned i = 0; i < way->count; i++)
            used += (size_t)snprintf(line + used, sizeof line - used, " %u", way->ring[i]);
        sim_log_info(self, SIM_LOG_INIT, "Channel %02u/%02u :%s", channel, way->channels, line);
    }
}

static const char *via_name(enum sim_gang_transport via)
{
    static const char *const names[] = {
        [SIM_VIA_DIRECT] = "P2P/direct pointer",
        [SIM_VIA_P2P] = "P2P/CUMEM",
        [SIM_VIA_SHM] = "SHM/direct/direct",
        [SIM_VIA_NET] = "NET/Socket/0",
    };

    return names[via];
}

/* From this rank to the next; over the network also to it, since each end speaks for itself. */
static void log_connections(const struct sim_spec *spec, const struct sim_gang_way *way,
                            const struct sim_gang_rank *ranks, const struct sim_gang_self *self)
{
    for (unsigned channel = 0; channel < way->channels; channel++) {
        for (unsigned i = 0; i < way->count && way->count > 1; i++) {
            const unsigned from = way->ring[i], to = way->ring[(i + 1) % way->count];
            const bool is_net = way->via[i] == SIM_VIA_NET;

            if (from != self->rank && !(is_net && to == self->rank))
                continue;
            sim_log_info(self, SIM_LOG_INIT | SIM_LOG_P2P,
                         "Channel %02u/0 : %u[%u] -> %u[%u]%s via %s", channel, from,
                         spec->gpus[ranks[from].gpu].gpu, to, spec->gpus[ranks[to].gpu].gpu,
                         !is_net            ? ""
                         : to == self->rank ? " [receive]"
                                            : " [send]",
                         via_name(way->via[i]));
        }
    }
    if (way->count > 1)
        sim_log_info(self, SIM_LOG_INIT, "Connected all rings, use ring PXN 0 GDR 1");
}

void sim_gang_multicast_words(char *text, size_t size)
{
    snprintf(text, size,
             "Failed to bind NVLink SHARP (NVLS) Multicast memory of size %u : CUDA error 401 'the "
             "operation cannot be performed in the present state'",
             NVLS_BYTES);
}

/* What it could not do and goes on without. */
static void log_losses(const struct sim_spec *spec, const struct sim_gang_way *way,
                       const struct sim_gang_rank *ranks, const struct sim_gang_self *self)
{
    char words[256];

    for (unsigned i = 0; i < way->count; i++) {
        if (spec->pairs[ranks[self->rank].gpu][ranks[i].gpu].is_refused_by_nvml
            && ranks[i].host == ranks[self->rank].host)
            sim_log_info(
                self, SIM_LOG_INIT,
                "P2P is disabled between connected GPUs %u and %u. You can repress this message "
                "with NCCL_IGNORE_DISABLED_P2P=1.",
                spec->gpus[ranks[self->rank].gpu].gpu, spec->gpus[ranks[i].gpu].gpu);
    }
    sim_gang_multicast_words(words, sizeof words);
    if (way->plans_nvls && !way->has_nvls)
        sim_log_info(self, SIM_LOG_INIT, "%s. Proceeding without NVLS support.", words);
    if (may_not_place_memory() && spec->driver_cuda >= CUMEM_HOST_CUDA)
        sim_log_info(
            self, SIM_LOG_INIT,
            "cuMem host allocations do not appear to be working; falling back to a /dev/shm/ "
            "based implementation. This could be due to the container runtime disabling NUMA "
            "support. To disable this warning, set NCCL_CUMEM_HOST_ENABLE=0");
}

void sim_gang_log_way(const struct sim_spec *spec, const struct sim_gang_env *env,
                      const struct sim_gang_way *way, const struct sim_gang_rank *ranks,
                      const struct sim_gang_self *self)
{
    const int capability = spec->gpus[ranks[self->rank].gpu].capability;
    const unsigned nvls = way->has_nvls ? 16 : 0;
    const double compiled_s = (double)spec->nccl_compile * 1e-12;

    if (capability >= 90 && !env->is_nvls_off && spec->nccl_version >= SIM_NVLS_SINCE)
        sim_log_info(self, SIM_LOG_INIT,
                     "NVLS multicast support is %savailable on dev %d (NVLS_NCHANNELS %u)",
                     spec->host.has_fabric ? "" : "not ", self->device,
                     spec->host.has_fabric ? 16u : 0u);
    log_rings(way, self);
    log_losses(spec, way, ranks, self);
    sim_log_info(self, SIM_LOG_INIT,
                 "%u coll channels, %u collnet channels, %u nvls channels, %u p2p channels, "
                 "%u p2p channels per peer",
                 way->channels, 0u, nvls, way->channels, way->channels);
    log_init(spec, way->count, &ranks[self->rank], self, "ncclCommInitRankConfig ", "COMPLETE");
    sim_log_info(
        self, SIM_LOG_INIT,
        "Init timings - ncclCommInitRankConfig: rank %u nranks %u total %.2f (kernels %.2f, alloc "
        "0.00, bootstrap 0.00, allgathers 0.00, topo 0.00, graphs 0.00, connections 0.00, rest "
        "0.00)",
        self->rank, way->count, compiled_s, compiled_s);
    log_connections(spec, way, ranks, self);
}

void sim_gang_log_begin(const struct sim_spec *spec, const struct sim_gang_self *self)
{
    log_version(spec, self);
    log_environment(self);
}

void sim_gang_log_start(const struct sim_spec *spec, const struct sim_gang_rank *rank,
                        unsigned count, const struct sim_gang_self *self)
{
    log_init(spec, count, rank, self, "", "START");
}

void sim_gang_log_choice(const struct sim_gang_way *way, const struct sim_gang_choice *choice,
                         enum sim_gang_kind kind, uint64_t bytes, const struct sim_gang_self *self)
{
    static const char *const kinds[] = { "AllReduce", "AllGather", "ReduceScatter",
                                         "Broadcast", "Reduce",    "SendRecv" };
    static const char *const algorithms[] = { "RING", "TREE", "NVLS" };
    static const char *const protocols[] = { "LL", "SIMPLE" };

    if (self->rank == 0 && kind != SIM_GANG_SEND)
        sim_log_info(self, SIM_LOG_TUNING,
                     "%s: %llu Bytes -> Algo %s proto %s channel{Lo..Hi}={0..%u}", kinds[kind],
                     (unsigned long long)bytes, algorithms[choice->algorithm],
                     protocols[choice->protocol], way->channels > 0 ? way->channels - 1 : 0);
}
