/* SPDX-License-Identifier: Apache-2.0 */
/* Which tile an x86-64 processor takes: wide vectors where it has them. */
#include "model/gemm_tile.h"

sim_tile_multiply sim_tile_float_16, sim_tile_float_32, sim_tile_double_16, sim_tile_double_32;

struct sim_tile sim_tile_float(void)
{
    if (__builtin_cpu_supports("avx2"))
        return (struct sim_tile){ 16, sim_tile_float_32 };
    return (struct sim_tile){ 8, sim_tile_float_16 };
}

struct sim_tile sim_tile_double(void)
{
    if (__builtin_cpu_supports("avx2"))
        return (struct sim_tile){ 8, sim_tile_double_32 };
    return (struct sim_tile){ 4, sim_tile_double_16 };
}
