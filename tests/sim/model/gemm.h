/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of matrices as work of a stream: the rules of cuBLAS about what may be multiplied, the
 * time that it takes, and the result at its end. Source of the rules: NVIDIA's cuBLAS
 * documentation, cublas<t>gemm and cublasGemmEx.
 */
#ifndef SIM_MODEL_GEMM_H
#define SIM_MODEL_GEMM_H

#include "model/blas.h"
#include "model/gemm_compute.h"

struct sim_gemm_request {
    cublasOperation_t op_a, op_b;
    int m, n, k;
    const void *alpha, *beta; /* by the handle's pointer mode on the host or on the device */
    const void *a, *b;
    void *c;
    cudaDataType type_a, type_b, type_c;
    int lda, ldb, ldc;
    cublasComputeType_t compute;
};

/* cublasStatus_t. What is wrong with addresses shows only when the product is computed, as with any
 * kernel. */
int sim_gemm_submit(const struct sim_blas *blas, const struct sim_gemm_request *request);

#endif
