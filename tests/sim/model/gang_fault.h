/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where faults of ranks touch the model: "rank 3 dies at=collective". Each marks the fault as fired
 * if it made a difference.
 */
#ifndef SIM_MODEL_GANG_FAULT_H
#define SIM_MODEL_GANG_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/clock.h"

enum sim_rank_moment { SIM_RANK_NEVER, SIM_RANK_AT_INIT, SIM_RANK_AT_COLLECTIVE };

bool sim_fault_rank_is_absent(unsigned rank);
bool sim_fault_rank_dies(unsigned rank, enum sim_rank_moment at);
/* Is what this rank brings missing from what comes out? */
bool sim_fault_rank_is_dropped(unsigned rank, bool spans_processes);
/* Does this rank write nothing of its n-th collective, although it takes part? */
bool sim_fault_rank_skips(unsigned rank, uint64_t number);
/* Does this rank ask for one element less than it was told to, in its n-th collective? */
bool sim_fault_rank_miscounts(unsigned rank, uint64_t number);
/* So much later than its work is this rank ready for a collective. */
sim_time sim_fault_rank_late(unsigned rank);
/* How what this rank receives is combined, an ncclRedOp_t, where `op` was asked for. */
int sim_fault_rank_combines(unsigned rank, bool spans_processes, int op);
/* Is what this rank brings not multiplied by its factor? */
bool sim_fault_rank_is_unscaled(unsigned rank);
/* Spoils what this rank receives, elements of so many bytes, 1 to 8: two halves the wrong way
 * round, a number that is none, a bit, the first element's last place. */
void sim_fault_rank_spoil(unsigned rank, bool spans_processes, void *bytes, uint64_t size_bytes,
                          size_t element_bytes);

#endif
