/* SPDX-License-Identifier: Apache-2.0 */
/* An x86-64 processor's vectors; the names are those of the compilers' options in CMakeLists.txt.
 */
#include "exec/vectors.h"

bool sim_has_vectors(enum sim_vectors vectors)
{
    switch (vectors) {
    case SIM_VECTORS_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
               && __builtin_cpu_supports("avx512vl");
    case SIM_VECTORS_AVX2:
        return __builtin_cpu_supports("avx2");
    default:
        return true;
    }
}
