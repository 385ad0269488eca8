/* SPDX-License-Identifier: Apache-2.0 */
/* libcublasLt: only its version is ever asked. */
#include "blas.h"

size_t cublasLtGetVersion(void)
{
    SIM_ENTER(size_t, SIM_NEEDS_NOTHING);
    static const unsigned OWN_VERSION[3] = { SIM_CUBLAS_VERSION };
    unsigned parts[3];

    sim_blas_version(true, OWN_VERSION, parts);
    return parts[0] * 10000 + parts[1] * 100 + parts[2];
}

size_t cublasLtGetCudartVersion(void)
{
    SIM_ENTER(size_t, SIM_NEEDS_NOTHING);
    return SIM_CUBLAS_TOOLKIT;
}
