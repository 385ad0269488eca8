/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What users told NCCL that decides which way collectives take: variables of the environment and,
 * where these are not set, lines of NCCL_CONF_FILE or ~/.nccl.conf, and of /etc/nccl.conf.
 */
#ifndef SIM_MODEL_GANG_ENV_H
#define SIM_MODEL_GANG_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_gang_algorithm { SIM_GANG_RING, SIM_GANG_TREE, SIM_GANG_NVLS, SIM_GANG_ALGORITHMS };
enum sim_gang_protocol { SIM_GANG_LL, SIM_GANG_SIMPLE, SIM_GANG_PROTOCOLS };

/* Without pointers, so that it can be handed to other processes. Zero is what NCCL does untold. */
struct sim_gang_env {
    bool is_p2p_off, is_shm_off, is_nvls_off;
    bool has_p2p_level;
    unsigned p2p_level;     /* enum sim_gang_path: the farthest that is used */
    unsigned no_algorithms; /* a bit for each that is not allowed */
    unsigned no_protocols;
    uint64_t host; /* tells hosts apart, and what shares no /dev/shm */
};

/* The value in the environment, else in a file; NULL if it is set nowhere. Lasts. */
const char *sim_gang_variable(const char *name);

/* Reads what holds now. */
void sim_gang_env_read(struct sim_gang_env *env);
/* That of this process, read once. */
const struct sim_gang_env *sim_gang_env(void);
uint64_t sim_gang_host(const struct sim_gang_env *env);

#endif
