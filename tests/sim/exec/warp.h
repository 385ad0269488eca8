/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lanes of a warp exchange: rules after the CUDA programming guide, sections "Warp
 * Shuffle Functions" and "Warp Vote Functions". Pure: knows nothing of fibers.
 */
#ifndef SIM_EXEC_WARP_H
#define SIM_EXEC_WARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exec/twin.h"

#define SIM_WARP_LANES 32

struct sim_warp_request {
    enum sim_warp_kind kind;
    uint32_t mask;
    uint64_t bits; /* the lane's value; after the exchange, its result */
    long long operand;
    long long width;
};

/* Whether a lane may ask that: it is in its own mask, and operand and width are defined. On false
 * one line is in `err`. */
bool sim_warp_request_check(const struct sim_warp_request *request, unsigned lane, char *err,
                            size_t err_size);

/* Exchanges among the lanes of `mask`, all of which ask for the same kind with the same mask. False
 * with one line in `err` if a lane reads from one outside the mask, whose value is undefined. */
bool sim_warp_exchange(struct sim_warp_request *const lanes[SIM_WARP_LANES], uint32_t mask,
                       char *err, size_t err_size);

#endif
