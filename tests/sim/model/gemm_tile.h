/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner part of a product: a tile of sums that stays in the processor's registers. The one
 * source is compiled for each kind of number and each width of vectors, and one is chosen when the
 * program runs.
 */
#ifndef SIM_MODEL_GEMM_TILE_H
#define SIM_MODEL_GEMM_TILE_H

#include <stddef.h>

#define SIM_TILE_COLUMNS 6

/* sums (column-major, `rows` apart) += a * b. `a` holds the tile's rows one k after the other, `b`
 * its columns. */
typedef void sim_tile_multiply(size_t depth, const void *a, const void *b, void *sums,
                               size_t stride);

struct sim_tile {
    size_t rows; /* numbers; two vectors */
    sim_tile_multiply *multiply;
};

/* The widest that this processor can do. */
struct sim_tile sim_tile_float(void);
struct sim_tile sim_tile_double(void);

#endif
