/* SPDX-License-Identifier: Apache-2.0 */
/* Products of matrices: three ways to say the same. */
#include "model/gemm.h"

#include "blas.h"

/* A, B and C are of one type. */
#define REQUEST(type, how)                                                                         \
    {                                                                                              \
        .op_a = op_a, .op_b = op_b, .m = m, .n = n, .k = k, .alpha = alpha, .beta = beta, .a = a,  \
        .b = b, .c = c, .type_a = type, .type_b = type, .type_c = type, .lda = lda, .ldb = ldb,    \
        .ldc = ldc, .compute = how                                                                 \
    }

cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b,
                              int m, int n, int k, const float *alpha, const float *a, int lda,
                              const float *b, int ldb, const float *beta, float *c, int ldc)
{
    BLAS_ENTER(handle);
    const struct sim_gemm_request request = REQUEST(CUDA_R_32F, CUBLAS_COMPUTE_32F);

    return sim_gemm_submit(blas, &request);
}

cublasStatus_t cublasDgemm_v2(cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b,
                              int m, int n, int k, const double *alpha, const double *a, int lda,
                              const double *b, int ldb, const double *beta, double *c, int ldc)
{
    BLAS_ENTER(handle);
    const struct sim_gemm_request request = REQUEST(CUDA_R_64F, CUBLAS_COMPUTE_64F);

    return sim_gemm_submit(blas, &request);
}

/* Which algorithm is taken makes no difference here. */
cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b,
                            int m, int n, int k, const void *alpha, const void *a,
                            cudaDataType type_a, int lda, const void *b, cudaDataType type_b,
                            int ldb, const void *beta, void *c, cudaDataType type_c, int ldc,
                            cublasComputeType_t compute, cublasGemmAlgo_t algorithm)
{
    BLAS_ENTER(handle);
    struct sim_gemm_request request = REQUEST(type_c, compute);

    (void)algorithm;
    request.type_a = type_a;
    request.type_b = type_b;
    return sim_gemm_submit(blas, &request);
}
