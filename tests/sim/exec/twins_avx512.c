/* SPDX-License-Identifier: Apache-2.0 */
/* The twins that take longest once more, for processors with AVX-512, whose multiplication of 64
 * bits AVX2 has not (tests/sim/exec/CMakeLists.txt); sim_kernel_find() chooses. */
#define SIM_TWIN_VECTORS SIM_VECTORS_AVX512

#include "kernels/collective_data.cu"
