/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_shm.h. */
#include "model/gang_shm.h"

#include <stdio.h>

/* Rings and trees want both neighbours, who are one where there are two ranks. */
uint64_t sim_gang_shm_bytes(const struct sim_gang_way *way, unsigned rank)
{
    unsigned neighbours = 0;
    bool has_network = false;

    for (unsigned i = 0; i < way->count && way->count > 1; i++) {
        const unsigned from = way->ring[i], to = way->ring[(i + 1) % way->count];

        if (from != rank && (to != rank || way->count == 2))
            continue;
        neighbours += way->via[i] == SIM_VIA_SHM;
        has_network |= way->via[i] == SIM_VIA_NET;
    }
    return (uint64_t)neighbours * way->channels * SIM_GANG_SHM_CONNECTION
           + (has_network ? SIM_GANG_SHM_NETWORK : 0);
}

bool sim_gang_shm_fits(const struct sim_spec *spec, const struct sim_gang_way *way,
                       const struct sim_gang_rank *ranks, unsigned rank, char *text, size_t size)
{
    uint64_t need = 0;

    for (unsigned i = 0; i <= rank; i++) {
        if (ranks[i].host == ranks[rank].host)
            need += sim_gang_shm_bytes(way, i);
    }
    if (spec->host.shm_bytes == 0 || need <= spec->host.shm_bytes)
        return true;
    snprintf(text, size,
             "Error: failed to extend /dev/shm/nccl-SIM%03u to %u bytes, error: No space left on "
             "device (28)",
             rank, SIM_GANG_SHM_CONNECTION);
    return false;
}
