/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way collectives take on a machine: how ranks reach each other, the order of the ring,
 * whether switches reduce, and how fast all of it is. Depends on nothing but its arguments; faults
 * that it meets are listed, for the caller to mark as fired.
 */
#ifndef SIM_MODEL_GANG_WAY_H
#define SIM_MODEL_GANG_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/gang_env.h"
#include "model/spec.h"

#define SIM_GANG_RANKS  64
#define SIM_GANG_FAULTS 64

struct sim_gang_rank {
    unsigned gpu;    /* place in the list of the machine */
    uint64_t host;   /* sim_gang_host() of its process */
    int32_t process; /* its number */
};

/* How far two GPUs are apart, as `nvidia-smi topo -m` and NCCL name it. */
enum sim_gang_path {
    SIM_PATH_LOC,
    SIM_PATH_NVL,
    SIM_PATH_PIX, /* below one PCIe switch */
    SIM_PATH_PXB, /* below several; none of our machines has that */
    SIM_PATH_PHB, /* at one NUMA node */
    SIM_PATH_SYS,
    SIM_PATH_NET,
};

enum sim_gang_transport {
    SIM_VIA_DIRECT, /* P2P in one process */
    SIM_VIA_P2P,    /* P2P between processes */
    SIM_VIA_SHM,
    SIM_VIA_NET,
};

/* The first releases that make sums in switches, and that dump a graph of it (src/init.cc of 2.17.1
 * and 2.18.1). */
#define SIM_NVLS_SINCE       21700
#define SIM_NVLS_GRAPH_SINCE 21800

struct sim_gang_way {
    unsigned count, hosts;
    unsigned ring[SIM_GANG_RANKS];               /* ranks in the order of the ring */
    enum sim_gang_path path[SIM_GANG_RANKS];     /* that is taken from ring[i] to the next */
    enum sim_gang_transport via[SIM_GANG_RANKS]; /* likewise */
    enum sim_gang_path farthest;                 /* of those between GPUs of one host */
    unsigned channels;                           /* rings beside each other, */
    unsigned channel_mb_per_s;                   /* and what NCCL takes each to carry */
    uint64_t ring_rate, ring_plan; /* of all of them, bytes per second; and what NCCL hopes for */
    uint64_t memory_rate;          /* of the slowest GPU */
    bool plans_nvls;               /* by the topology; then memory has to be bound to multicast */
    bool has_nvls;
    uint64_t nvls_rate, nvls_plan;  /* likewise, bytes of the buffer per second */
    unsigned algorithms, protocols; /* that are allowed, a bit for each */
    unsigned fault_count;
    int faults[SIM_GANG_FAULTS]; /* on the way, and of better ways that they closed */
};

/* From 1 to SIM_GANG_RANKS ranks, no two of which have the same GPU. */
void sim_gang_way(struct sim_gang_way *way, const struct sim_spec *spec,
                  const struct sim_gang_env *env, const struct sim_gang_rank *ranks,
                  unsigned count);

/* Between any two ranks. */
enum sim_gang_path sim_gang_path(const struct sim_spec *spec, const struct sim_gang_rank *from,
                                 const struct sim_gang_rank *to);
enum sim_gang_transport sim_gang_via(const struct sim_spec *spec, const struct sim_gang_env *env,
                                     const struct sim_gang_rank *from,
                                     const struct sim_gang_rank *to);
/* Bytes per second between the two alone. */
uint64_t sim_gang_pair_rate(const struct sim_spec *spec, const struct sim_gang_env *env,
                            const struct sim_gang_rank *from, const struct sim_gang_rank *to);

#endif
