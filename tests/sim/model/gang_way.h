/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way collectives take on a machine: how each pair of ranks is connected, the order of the
 * ring, whether switches reduce, and how fast all of it is. A pure function; faults that it meets
 * are listed for the caller to mark as fired.
 */
#ifndef SIM_MODEL_GANG_WAY_H
#define SIM_MODEL_GANG_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/gang_settings.h"
#include "model/spec.h"

#define SIM_GANG_RANKS  64
#define SIM_GANG_FAULTS 32

/* One rank. Ranks of one host, of one process, of one /dev/shm have the same number there; what the
 * numbers are does not matter (a hash, a process id, an st_dev). */
struct sim_gang_member {
    unsigned gpu; /* place in the list of the machine: sim_device.gpu */
    uint64_t host, process, shm;
};

struct sim_gang {
    unsigned count; /* 1 to SIM_GANG_RANKS */
    struct sim_gang_member members[SIM_GANG_RANKS];
};

/* How two ranks reach each other, nearest first; as in `nvidia-smi topo -m` and in NCCL. */
enum sim_gang_path {
    SIM_PATH_SELF,
    SIM_PATH_NVLINK,
    SIM_PATH_SWITCH, /* below one PCIe switch: PIX */
    SIM_PATH_NODE,   /* below one host bridge: PHB */
    SIM_PATH_SYSTEM, /* across sockets: SYS */
    SIM_PATH_NET,
};

enum sim_gang_transport {
    SIM_VIA_DIRECT, /* P2P in one process: "P2P/direct pointer" */
    SIM_VIA_P2P,    /* between processes: "P2P/CUMEM" */
    SIM_VIA_SHM,
    SIM_VIA_NET,
};

struct sim_gang_way {
    unsigned count, hosts;
    unsigned ring[SIM_GANG_RANKS];               /* ranks in the order of the ring */
    enum sim_gang_path path[SIM_GANG_RANKS];     /* from ring[i] to ring[i + 1] */
    enum sim_gang_transport via[SIM_GANG_RANKS]; /* likewise */
    unsigned channels;                           /* each ring that often */
    unsigned channel_mb_per_s;                   /* what NCCL takes one of them to carry */
    uint64_t ring_rate;                          /* what the whole ring carries, bytes per second */
    uint64_t memory_rate;                        /* of the slowest GPU: what one rank alone does */
    bool has_nvls;
    unsigned nvls_channels;
    uint64_t nvls_rate;             /* bytes of the buffer per second */
    unsigned algorithms, protocols; /* those allowed, a bit for each */
    uint64_t shm_need_bytes;        /* of /dev/shm, by all ranks of the first host */
    const char *failure;            /* why there is no way; NULL if there is one */
    unsigned fault_count;
    int faults[SIM_GANG_FAULTS]; /* what slows it down or closed a better one */
};

/* The way of these ranks. */
void sim_gang_way(struct sim_gang_way *way, const struct sim_spec *spec,
                  const struct sim_gang *gang, const struct sim_gang_settings *settings);

/* Between two ranks, whether or not they are neighbours in the ring. */
enum sim_gang_path sim_gang_path(const struct sim_spec *spec, const struct sim_gang_member *from,
                                 const struct sim_gang_member *to);
enum sim_gang_transport sim_gang_via(const struct sim_spec *spec, const struct sim_gang *gang,
                                     const struct sim_gang_settings *settings, unsigned from,
                                     unsigned to);

#endif
