/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order things run that a GPU runs in any order.
 */
#ifndef SIM_EXEC_ORDER_H
#define SIM_EXEC_ORDER_H

#include <stdint.h>

#include "exec/exec.h"

/* Which of `count` things comes at position `index`: a permutation of 0..count-1. */
uint64_t sim_order_pick(enum sim_order order, uint64_t seed, uint64_t count, uint64_t index);

/* A well-mixed word from two (the finaliser of splitmix64). */
uint64_t sim_order_mix(uint64_t seed, uint64_t value);

#endif
