/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gemm_tile.h. CMake says for which SIM_TILE_NUMBER, of how many SIM_TILE_BYTES a vector is,
 * and under which SIM_TILE_NAME. No multiplication is fused with an addition (a flag says so), so
 * that all widths have the same result.
 */
#include "model/gemm_tile.h"

#include <string.h>

#define COLUMNS SIM_TILE_COLUMNS

typedef SIM_TILE_NUMBER vector __attribute__((vector_size(SIM_TILE_BYTES)));

#define LANES (sizeof(vector) / sizeof(SIM_TILE_NUMBER))

sim_tile_multiply SIM_TILE_NAME;

void SIM_TILE_NAME(size_t depth, const void *packed_a, const void *packed_b, void *to,
                   size_t stride)
{
    const SIM_TILE_NUMBER *a = packed_a, *b = packed_b;
    SIM_TILE_NUMBER *sums = to;
    vector upper[COLUMNS], lower[COLUMNS];

    memset(upper, 0, sizeof upper);
    memset(lower, 0, sizeof lower);
    for (size_t k = 0; k < depth; k++, a += 2 * LANES, b += COLUMNS) {
        vector first, second;

        memcpy(&first, a, sizeof first);
        memcpy(&second, a + LANES, sizeof second);
        for (size_t j = 0; j < COLUMNS; j++) {
            upper[j] += first * b[j];
            lower[j] += second * b[j];
        }
    }
    for (size_t j = 0; j < COLUMNS; j++, sums += stride) {
        vector first, second;

        memcpy(&first, sums, sizeof first);
        memcpy(&second, sums + LANES, sizeof second);
        first += upper[j];
        second += lower[j];
        memcpy(sums, &first, sizeof first);
        memcpy(sums + LANES, &second, sizeof second);
    }
}
