/* SPDX-License-Identifier: Apache-2.0 */
/* Handles and their settings. */
#include "blas.h"

cublasStatus_t cublasCreate_v2(cublasHandle_t *handle)
{
    SIM_ENTER(cublasStatus_t, SIM_NEEDS_NOTHING);
    return sim_blas_create(SIM_CUBLAS_TOOLKIT, handle);
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle)
{
    SIM_ENTER(cublasStatus_t, SIM_NEEDS_NOTHING);
    return sim_blas_destroy(handle);
}

/* The workspace is back to the handle's own with each stream, as documented. */
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream)
{
    BLAS_ENTER(handle);
    blas->stream = stream;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void *workspace, size_t n)
{
    BLAS_ENTER(handle);
    return sim_blas_set_workspace(blas, (uintptr_t)workspace, n);
}

/* The emulated modes are not modelled. */
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode)
{
    BLAS_ENTER(handle);
    switch ((unsigned)mode & ~(unsigned)CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION) {
    case CUBLAS_DEFAULT_MATH:
    case CUBLAS_TENSOR_OP_MATH:
    case CUBLAS_PEDANTIC_MATH:
    case CUBLAS_TF32_TENSOR_OP_MATH:
        blas->math = mode;
        return CUBLAS_STATUS_SUCCESS;
    case CUBLAS_FP32_EMULATED_BF16X9_MATH:
    case CUBLAS_FP64_EMULATED_FIXEDPOINT_MATH:
        return CUBLAS_STATUS_NOT_SUPPORTED;
    default:
        return CUBLAS_STATUS_INVALID_VALUE;
    }
}

cublasStatus_t cublasGetMathMode(cublasHandle_t handle, cublasMath_t *mode)
{
    BLAS_ENTER(handle);
    if (mode == NULL)
        return CUBLAS_STATUS_INVALID_VALUE;
    *mode = blas->math;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetPointerMode_v2(cublasHandle_t handle, cublasPointerMode_t mode)
{
    BLAS_ENTER(handle);
    if (mode != CUBLAS_POINTER_MODE_HOST && mode != CUBLAS_POINTER_MODE_DEVICE)
        return CUBLAS_STATUS_INVALID_VALUE;
    blas->pointers = mode;
    return CUBLAS_STATUS_SUCCESS;
}

/* Products have the same result either way. */
cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle, cublasAtomicsMode_t mode)
{
    BLAS_ENTER(handle);
    return mode == CUBLAS_ATOMICS_ALLOWED || mode == CUBLAS_ATOMICS_NOT_ALLOWED
               ? CUBLAS_STATUS_SUCCESS
               : CUBLAS_STATUS_INVALID_VALUE;
}
