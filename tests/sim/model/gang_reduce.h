/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of collectives: elements of several ranks made one, in the order of the ranks. The
 * types of 16 bits are added up in float and rounded once, to the nearest even, so that the outcome
 * does not depend on an order; numbers that are exact in their type come out exact.
 */
#ifndef SIM_MODEL_GANG_REDUCE_H
#define SIM_MODEL_GANG_REDUCE_H

#include <stddef.h>
#include <stdint.h>

/* Of an ncclDataType_t; 0 if there is no such type here. */
size_t sim_gang_type_bytes(int type);

/* Elements from `from` to before `end` of target; `op` is an ncclRedOp_t, ncclSum to ncclAvg.
 * Integers wrap around, and their average is cut. Sources must not overlap the target. */
void sim_gang_reduce(int type, int op, void *target, const void *const *sources,
                     unsigned source_count, size_t from, size_t end);

/* target[i] = source[i] * scalar, which is one element of the type. */
void sim_gang_scale(int type, void *target, const void *source, const void *scalar, size_t count);

#endif
