/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What users told NCCL: variables of the environment and, for those that are not in it, the lines
 * of ~/.nccl.conf (or NCCL_CONF_FILE) and /etc/nccl.conf, as its documentation has it.
 */
#ifndef SIM_MODEL_GANG_SETTINGS_H
#define SIM_MODEL_GANG_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

enum sim_gang_debug { SIM_DEBUG_NONE, SIM_DEBUG_VERSION, SIM_DEBUG_WARN, SIM_DEBUG_INFO };

struct sim_gang_settings {
    bool is_p2p_off, is_shm_off, is_nvls_off;
    int p2p_level;       /* enum sim_gang_path up to which P2P is used; -1: NCCL's own choice */
    unsigned algorithms; /* allowed ones, bits of enum sim_gang_algorithm; all if not said */
    unsigned protocols;
    uint64_t host; /* hash of NCCL_HOSTID, or of what tells this host from others */
    enum sim_gang_debug debug;
    char debug_file[256]; /* NCCL_DEBUG_FILE as it was set; "" for standard output */
    char topo_dump_file[256], graph_dump_file[256]; /* "" if not asked for */
    unsigned topo_dump_rank, graph_dump_rank;
    const char *invalid; /* the variable with a value that NCCL refuses; NULL if none */
};

/* From the environment and files below GPU_SELFTEST_ROOT. */
void sim_gang_settings_read(struct sim_gang_settings *settings);

/* The value that holds, of the environment or a file; NULL if it is set nowhere. */
const char *sim_gang_setting(const char *name);

#endif
