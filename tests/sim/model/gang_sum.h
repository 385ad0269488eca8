/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums that the ranks of a job work out together, a slice each, and keep: whoever comes first takes
 * a slice, and a rank that has nothing to do, since its memory holds the sum already, takes none.
 */
#ifndef SIM_MODEL_GANG_SUM_H
#define SIM_MODEL_GANG_SUM_H

#include "model/gang_comm.h"

/* The room of the sum with this key, asked for by the operation of this number. All ranks have to
 * ask, those too that do not need it: so all choose the same. Big sums are not kept for long. */
unsigned sim_gang_sum_room(struct sim_comm *comm, uint64_t key, uint64_t size_bytes,
                           uint64_t number);

/* Elements from one to before another of the sum. */
typedef void sim_gang_slice(const void *data, void *target, uint64_t from, uint64_t end);

/* The sum, of so many bytes and elements, once all of it is there. */
const void *sim_gang_sum(struct sim_comm *comm, unsigned room, uint64_t size_bytes, uint64_t count,
                         sim_gang_slice *slice, const void *data);

#endif
