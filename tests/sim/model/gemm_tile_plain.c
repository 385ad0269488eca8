/* SPDX-License-Identifier: Apache-2.0 */
/* Other processors than x86-64 have vectors of 16 bytes, or the compiler makes them. */
#include "model/gemm_tile.h"

sim_tile_multiply sim_tile_float_16, sim_tile_double_16;

struct sim_tile sim_tile_float(void)
{
    return (struct sim_tile){ 8, sim_tile_float_16 };
}

struct sim_tile sim_tile_double(void)
{
    return (struct sim_tile){ 4, sim_tile_double_16 };
}
