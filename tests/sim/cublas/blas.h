/* SPDX-License-Identifier: Apache-2.0 */
/* How functions that need a handle begin: 1 for one that is none, as documented. */
#ifndef SIM_CUBLAS_BLAS_H
#define SIM_CUBLAS_BLAS_H

#include "cublas_prototypes.h"
#include "model/blas.h"
#include "model/enter.h"

#define BLAS_ENTER(handle)                                                                         \
    SIM_ENTER(cublasStatus_t, SIM_NEEDS_NOTHING);                                                  \
    struct sim_blas *blas = sim_blas_get(handle);                                                  \
    if (blas == NULL)                                                                              \
    return CUBLAS_STATUS_NOT_INITIALIZED

#endif
