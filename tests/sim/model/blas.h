/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles of cuBLAS: each belongs to the context that was current when it was made, and remembers
 * stream, workspace and modes. Functions return cublasStatus_t. Source of all rules: NVIDIA's
 * cuBLAS documentation, "cuBLAS Context" and "cuBLAS Helper Function Reference".
 */
#ifndef SIM_MODEL_BLAS_H
#define SIM_MODEL_BLAS_H

#include "api/cublas_abi.h"
#include "model/context.h"

/* What NVIDIA_TF32_OVERRIDE said when the handle was made. */
enum sim_tf32 {
    SIM_TF32_AS_ASKED,
    SIM_TF32_NEVER, /* 0 */
    SIM_TF32_ALWAYS /* 1: wherever nobody asked for pedantic arithmetic */
};

struct sim_blas {
    struct sim_context *context;
    unsigned generation; /* of that context */
    void *stream;
    cublasMath_t math;
    cublasPointerMode_t pointers;
    enum sim_tf32 tf32;
    uintptr_t workspace; /* the one that comes with the handle */
};

/* The toolkit's version of this double, 13000: an older driver will not do. */
int sim_blas_create(int toolkit, cublasHandle_t *handle);
/* Waits for the device, as documented. */
int sim_blas_destroy(cublasHandle_t handle);
/* NULL if it was never made, is gone, or outlived its context. */
struct sim_blas *sim_blas_get(cublasHandle_t handle);
/* Memory of the caller's, which has to be on the handle's device and at a multiple of 256. */
int sim_blas_set_workspace(const struct sim_blas *blas, uintptr_t address, size_t size_bytes);
/* Is the device of the handle the current one? */
bool sim_blas_is_current(const struct sim_blas *blas);

/* The version that the library tells, for faults; its own where none is asked for. Marks the fault
 * as fired. */
void sim_blas_version(bool is_lt, const unsigned own[3], unsigned version[3]);

#endif
