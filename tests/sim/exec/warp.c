/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shuffles and votes among the lanes of one warp.
 */
#include <stdio.h>

#include "exec/warp.h"

static bool is_shuffle(enum sim_warp_kind kind)
{
    return kind != SIM_WARP_SYNC && kind != SIM_WARP_BALLOT;
}

bool sim_warp_request_check(const struct sim_warp_request *request, unsigned lane, char *err,
                            size_t err_size)
{
    const long long width = request->width;

    if ((request->mask >> lane & 1) == 0) {
        snprintf(err, err_size, "lane %u is not in its own mask 0x%08x", lane, request->mask);
        return false;
    }
    if (!is_shuffle(request->kind))
        return true;
    if (width < 1 || width > SIM_WARP_LANES || (width & (width - 1)) != 0) {
        snprintf(err, err_size, "shuffle width %lld is not a power of two up to 32", width);
        return false;
    }
    /* The hardware looks at five bits only, so that 32 would quietly mean 0. */
    if (request->kind != SIM_WARP_INDEX
        && (request->operand < 0 || request->operand >= SIM_WARP_LANES)) {
        snprintf(err, err_size, "shuffle distance %lld is not below 32", request->operand);
        return false;
    }
    return true;
}

/* The lane that `lane` reads from; beyond the edge of its segment that is itself. */
static unsigned source_of(const struct sim_warp_request *request, unsigned lane)
{
    const unsigned width = (unsigned)request->width;
    const unsigned operand = (unsigned)request->operand;
    const unsigned first = lane & ~(width - 1), last = first + width - 1;

    switch (request->kind) {
    case SIM_WARP_INDEX:
        return first + (operand & (width - 1));
    case SIM_WARP_UP:
        return lane >= first + operand ? lane - operand : lane;
    case SIM_WARP_DOWN:
        return lane + operand <= last ? lane + operand : lane;
    case SIM_WARP_XOR:
        return (lane ^ operand) <= last ? lane ^ operand : lane;
    case SIM_WARP_SYNC:
    case SIM_WARP_BALLOT:
        break;
    }
    return lane;
}

static uint64_t ballot_of(struct sim_warp_request *const lanes[SIM_WARP_LANES], uint32_t mask)
{
    uint64_t ballot = 0;

    for (unsigned lane = 0; lane < SIM_WARP_LANES; lane++) {
        if ((mask >> lane & 1) != 0 && lanes[lane]->bits != 0)
            ballot |= UINT64_C(1) << lane;
    }
    return ballot;
}

bool sim_warp_exchange(struct sim_warp_request *const lanes[SIM_WARP_LANES], uint32_t mask,
                       char *err, size_t err_size)
{
    uint64_t results[SIM_WARP_LANES] = { 0 };
    const uint64_t ballot = ballot_of(lanes, mask);

    for (unsigned lane = 0; lane < SIM_WARP_LANES; lane++) {
        if ((mask >> lane & 1) == 0)
            continue;
        const unsigned source = source_of(lanes[lane], lane);
        if ((mask >> source & 1) == 0) {
            snprintf(err, err_size, "lane %u shuffles from lane %u, outside the mask 0x%08x", lane,
                     source, mask);
            return false;
        }
        results[lane] = lanes[lane]->kind == SIM_WARP_BALLOT ? ballot : lanes[source]->bits;
    }
    for (unsigned lane = 0; lane < SIM_WARP_LANES; lane++) {
        if ((mask >> lane & 1) != 0)
            lanes[lane]->bits = results[lane];
    }
    return true;
}
