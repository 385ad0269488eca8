/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rank does when all others have joined: finds its way, the room in /dev/shm that this way
 * needs, and reports both where users asked for it (logs and dump files).
 */
#ifndef SIM_MODEL_GANG_CONNECT_H
#define SIM_MODEL_GANG_CONNECT_H

#include "model/gang_time.h"

/* To be called once per rank, by its own process. False with an ncclResult_t's number and the text
 * that ncclGetLastError gives. Marks faults as fired that NCCL meets while it connects. */
bool sim_gang_connect(const struct sim_spec *spec, const struct sim_gang_env *env,
                      const struct sim_gang_rank *ranks, unsigned count, unsigned self, int *result,
                      char *text, size_t size);

/* How long a collective takes now; sim_gang_duration() is the same without a trace: this one marks
 * the faults on the way as fired and tells the log what was chosen. SIM_FOREVER since a link on the
 * way hangs. Rank `self` asks; all come to the same. */
sim_time sim_gang_lasts(const struct sim_spec *spec, const struct sim_gang_env *env,
                        const struct sim_gang_rank *ranks, unsigned count, unsigned self,
                        enum sim_gang_kind kind, uint64_t bytes);

#endif
