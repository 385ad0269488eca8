/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room in /dev/shm. NCCL makes a file there for each connection that it cannot make directly, and
 * one for what it hands to the network; all ranks of a host share the room. As in a container,
 * where Docker's filter of system calls keeps NCCL from taking other memory instead.
 */
#ifndef SIM_MODEL_GANG_SHM_H
#define SIM_MODEL_GANG_SHM_H

#include "model/gang_way.h"

/* Of a connection in one direction: room for each protocol, 512 KiB, 4.7 MiB and 4 MiB, and what
 * tells how far it is. Of the network: operations of a process. Source: sizes in NCCL 2.28.9. */
#define SIM_GANG_SHM_CONNECTION 9637892u
#define SIM_GANG_SHM_NETWORK    34210176u

/* What this rank makes there. */
uint64_t sim_gang_shm_bytes(const struct sim_gang_way *way, unsigned rank);

/* Is there room for it after the ranks before it on its host? Else writes NCCL's words. */
bool sim_gang_shm_fits(const struct sim_spec *spec, const struct sim_gang_way *way,
                       const struct sim_gang_rank *ranks, unsigned rank, char *text, size_t size);

#endif
