/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permutations without memory: a small Feistel network over the next even power of two, walked on
 * until it lands inside the range. Grids have up to 2^31 blocks, too many for a table.
 */
#include "exec/order.h"

#define ROUNDS 4

uint64_t sim_order_mix(uint64_t seed, uint64_t value)
{
    uint64_t word = seed + (value + 1) * UINT64_C(0x9E3779B97F4A7C15);

    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

static uint64_t scramble(uint64_t seed, unsigned half_bits, uint64_t value)
{
    const uint64_t mask = (UINT64_C(1) << half_bits) - 1;
    uint64_t left = value >> half_bits, right = value & mask;

    for (unsigned round = 0; round < ROUNDS; round++) {
        const uint64_t next = left ^ (sim_order_mix(seed + round, right) & mask);
        left = right;
        right = next;
    }
    return left << half_bits | right;
}

static uint64_t shuffled(uint64_t seed, uint64_t count, uint64_t index)
{
    unsigned half_bits = 1;

    while (half_bits < 31 && (UINT64_C(1) << 2 * half_bits) < count)
        half_bits++;
    do {
        index = scramble(seed, half_bits, index);
    } while (index >= count);
    return index;
}

uint64_t sim_order_pick(enum sim_order order, uint64_t seed, uint64_t count, uint64_t index)
{
    switch (order) {
    case SIM_ORDER_FORWARD:
        return index;
    case SIM_ORDER_REVERSE:
        return count - 1 - index;
    case SIM_ORDER_SHUFFLED:
        return shuffled(seed, count, index);
    }
    return index;
}
