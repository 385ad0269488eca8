/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we use of cuBLAS (libcublas.so.11, .12 and .13) and of the library that it stands on
 * (libcublasLt, of which only the version is asked), a row per function and per constant; loader,
 * call table, simulator and conformance test are made from these rows.
 *
 * Lists by the first of the headers checked by tests/abi that has them (11.11, 12.4, 12.9, 13.1,
 * 13.10), "needed" and columns as in cudart_abi.h. Each toolkit has a version of cuBLAS of its own
 * (11.8: 11.11, 12.4: 12.4, 13.0: 13.0 or 13.1 by its update); the lists are named after the
 * toolkit's.
 *
 * Where the facts come from: NVIDIA's cuBLAS documentation, held against cublas_api.h and
 * cublasLt.h and against the symbols of those libraries (tests/abi does both). The _v2 names are
 * those that the header's plain names stand for since CUDA 4.0; the plain symbols of the library
 * are another, older interface without handles. The emulated modes and compute types are
 * documented since 12.9 and 13.0.
 */
#ifndef GST_API_CUBLAS_ABI_H
#define GST_API_CUBLAS_ABI_H

#include <stddef.h>

#include "api/cudart_abi.h"

/* The formatter takes argument lists for products (CUdevice * device): hands off the rows. */
/* clang-format off */
#define GST_CUBLAS_API_SINCE_11080(X)                                                              \
    X(cublasStatus_t, cublasCreate, _v2, (cublasHandle_t *handle), 1)                              \
    X(cublasStatus_t, cublasDestroy, _v2, (cublasHandle_t handle), 1)                              \
    X(cublasStatus_t, cublasGetVersion, _v2, (cublasHandle_t handle, int *version), 0)             \
    X(cublasStatus_t, cublasGetProperty, , (libraryPropertyType property, int *value), 1)          \
    X(size_t, cublasGetCudartVersion, , (void), 0)                                                 \
    X(cublasStatus_t, cublasSetStream, _v2, (cublasHandle_t handle, cudaStream_t stream), 1)       \
    X(cublasStatus_t, cublasSetWorkspace, _v2,                                                     \
      (cublasHandle_t handle, void *workspace, size_t n), 0)                                       \
    X(cublasStatus_t, cublasSetMathMode, , (cublasHandle_t handle, cublasMath_t mode), 1)          \
    X(cublasStatus_t, cublasGetMathMode, , (cublasHandle_t handle, cublasMath_t *mode), 0)         \
    X(cublasStatus_t, cublasSetPointerMode, _v2,                                                   \
      (cublasHandle_t handle, cublasPointerMode_t mode), 0)                                        \
    X(cublasStatus_t, cublasSetAtomicsMode, ,                                                      \
      (cublasHandle_t handle, cublasAtomicsMode_t mode), 0)                                        \
    X(cublasStatus_t, cublasSgemm, _v2,                                                            \
      (cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, int k, \
       const float *alpha, const float *a, int lda, const float *b, int ldb, const float *beta,    \
       float *c, int ldc), 1)                                                                      \
    X(cublasStatus_t, cublasDgemm, _v2,                                                            \
      (cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, int k, \
       const double *alpha, const double *a, int lda, const double *b, int ldb,                    \
       const double *beta, double *c, int ldc), 0)                                                 \
    X(cublasStatus_t, cublasGemmEx, ,                                                              \
      (cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, int k, \
       const void *alpha, const void *a, cudaDataType type_a, int lda, const void *b,              \
       cudaDataType type_b, int ldb, const void *beta, void *c, cudaDataType type_c, int ldc,      \
       cublasComputeType_t compute, cublasGemmAlgo_t algorithm), 1)                                \
    X(const char *, cublasGetStatusName, , (cublasStatus_t status), 0)                             \
    X(const char *, cublasGetStatusString, , (cublasStatus_t status), 0)

#define GST_CUBLAS_API_SINCE_12040(X)

#define GST_CUBLAS_API_SINCE_12090(X)

#define GST_CUBLAS_API_SINCE_13000(X)

#define GST_CUBLAS_API(X)                                                                          \
    GST_CUBLAS_API_SINCE_11080(X)                                                                  \
    GST_CUBLAS_API_SINCE_12040(X)                                                                  \
    GST_CUBLAS_API_SINCE_12090(X)                                                                  \
    GST_CUBLAS_API_SINCE_13000(X)

#define GST_CUBLASLT_API_SINCE_11080(X)                                                            \
    X(size_t, cublasLtGetVersion, , (void), 1)                                                     \
    X(size_t, cublasLtGetCudartVersion, , (void), 0)

#define GST_CUBLASLT_API(X) GST_CUBLASLT_API_SINCE_11080(X)

/* Every cublasStatus_t. */
#define GST_CUBLAS_RESULTS(X)                                                                      \
    X(CUBLAS_STATUS_SUCCESS, 0)                                                                    \
    X(CUBLAS_STATUS_NOT_INITIALIZED, 1)                                                            \
    X(CUBLAS_STATUS_ALLOC_FAILED, 3)                                                               \
    X(CUBLAS_STATUS_INVALID_VALUE, 7)                                                              \
    X(CUBLAS_STATUS_ARCH_MISMATCH, 8)                                                              \
    X(CUBLAS_STATUS_MAPPING_ERROR, 11)                                                             \
    X(CUBLAS_STATUS_EXECUTION_FAILED, 13)                                                          \
    X(CUBLAS_STATUS_INTERNAL_ERROR, 14)                                                            \
    X(CUBLAS_STATUS_NOT_SUPPORTED, 15)                                                             \
    X(CUBLAS_STATUS_LICENSE_ERROR, 16)

#define GST_CUBLAS_OPERATIONS(X)                                                                   \
    X(CUBLAS_OP_N, 0)                                                                              \
    X(CUBLAS_OP_T, 1)                                                                              \
    X(CUBLAS_OP_C, 2)

#define GST_CUBLAS_POINTER_MODES(X)                                                                \
    X(CUBLAS_POINTER_MODE_HOST, 0)                                                                 \
    X(CUBLAS_POINTER_MODE_DEVICE, 1)

#define GST_CUBLAS_ATOMICS_MODES(X)                                                                \
    X(CUBLAS_ATOMICS_NOT_ALLOWED, 0)                                                               \
    X(CUBLAS_ATOMICS_ALLOWED, 1)

#define GST_CUBLAS_ALGORITHMS(X)                                                                   \
    X(CUBLAS_GEMM_DEFAULT, -1)                                                                     \
    X(CUBLAS_GEMM_DEFAULT_TENSOR_OP, 99)

/* What may be done to the inputs of a product for speed. The last is a flag, to be added. */
#define GST_CUBLAS_MATH_MODES_SINCE_11080(X)                                                       \
    X(CUBLAS_DEFAULT_MATH, 0)                                                                      \
    X(CUBLAS_TENSOR_OP_MATH, 1)                                                                    \
    X(CUBLAS_PEDANTIC_MATH, 2)                                                                     \
    X(CUBLAS_TF32_TENSOR_OP_MATH, 3)                                                               \
    X(CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION, 16)

#define GST_CUBLAS_MATH_MODES_SINCE_12090(X) X(CUBLAS_FP32_EMULATED_BF16X9_MATH, 4)

#define GST_CUBLAS_MATH_MODES_SINCE_13000(X) X(CUBLAS_FP64_EMULATED_FIXEDPOINT_MATH, 8)

#define GST_CUBLAS_COMPUTE_TYPES_SINCE_11080(X)                                                    \
    X(CUBLAS_COMPUTE_16F, 64)                                                                      \
    X(CUBLAS_COMPUTE_16F_PEDANTIC, 65)                                                             \
    X(CUBLAS_COMPUTE_32F, 68)                                                                      \
    X(CUBLAS_COMPUTE_32F_PEDANTIC, 69)                                                             \
    X(CUBLAS_COMPUTE_64F, 70)                                                                      \
    X(CUBLAS_COMPUTE_64F_PEDANTIC, 71)                                                             \
    X(CUBLAS_COMPUTE_32I, 72)                                                                      \
    X(CUBLAS_COMPUTE_32I_PEDANTIC, 73)                                                             \
    X(CUBLAS_COMPUTE_32F_FAST_16F, 74)                                                             \
    X(CUBLAS_COMPUTE_32F_FAST_16BF, 75)                                                            \
    X(CUBLAS_COMPUTE_32F_FAST_TF32, 77)

#define GST_CUBLAS_COMPUTE_TYPES_SINCE_12090(X) X(CUBLAS_COMPUTE_32F_EMULATED_16BFX9, 78)

#define GST_CUBLAS_COMPUTE_TYPES_SINCE_13000(X) X(CUBLAS_COMPUTE_64F_EMULATED_FIXEDPOINT, 79)

/* From library_types.h, which all of the toolkit's libraries share: those that we multiply. */
#define GST_CUBLAS_DATA_TYPES(X)                                                                   \
    X(CUDA_R_32F, 0)                                                                               \
    X(CUDA_R_64F, 1)                                                                               \
    X(CUDA_R_16F, 2)                                                                               \
    X(CUDA_R_16BF, 14)

#define GST_CUBLAS_PROPERTIES(X)                                                                   \
    X(MAJOR_VERSION, 0)                                                                            \
    X(MINOR_VERSION, 1)                                                                            \
    X(PATCH_LEVEL, 2)

#define GST_CUBLAS_MATH_MODES(X)                                                                   \
    GST_CUBLAS_MATH_MODES_SINCE_11080(X)                                                           \
    GST_CUBLAS_MATH_MODES_SINCE_12090(X)                                                           \
    GST_CUBLAS_MATH_MODES_SINCE_13000(X)

#define GST_CUBLAS_COMPUTE_TYPES(X)                                                                \
    GST_CUBLAS_COMPUTE_TYPES_SINCE_11080(X)                                                        \
    GST_CUBLAS_COMPUTE_TYPES_SINCE_12090(X)                                                        \
    GST_CUBLAS_COMPUTE_TYPES_SINCE_13000(X)

#define GST_CUBLAS_CONSTANTS_SINCE_11080(X)                                                        \
    GST_CUBLAS_RESULTS(X)                                                                          \
    GST_CUBLAS_OPERATIONS(X)                                                                       \
    GST_CUBLAS_POINTER_MODES(X)                                                                    \
    GST_CUBLAS_ATOMICS_MODES(X)                                                                    \
    GST_CUBLAS_ALGORITHMS(X)                                                                       \
    GST_CUBLAS_MATH_MODES_SINCE_11080(X)                                                           \
    GST_CUBLAS_COMPUTE_TYPES_SINCE_11080(X)                                                        \
    GST_CUBLAS_DATA_TYPES(X)                                                                       \
    GST_CUBLAS_PROPERTIES(X)

#define GST_CUBLAS_CONSTANTS_SINCE_12040(X)

#define GST_CUBLAS_CONSTANTS_SINCE_12090(X)                                                        \
    GST_CUBLAS_MATH_MODES_SINCE_12090(X)                                                           \
    GST_CUBLAS_COMPUTE_TYPES_SINCE_12090(X)

#define GST_CUBLAS_CONSTANTS_SINCE_13000(X)                                                        \
    GST_CUBLAS_MATH_MODES_SINCE_13000(X)                                                           \
    GST_CUBLAS_COMPUTE_TYPES_SINCE_13000(X)

#define GST_CUBLAS_CONSTANTS(X)                                                                    \
    GST_CUBLAS_CONSTANTS_SINCE_11080(X)                                                            \
    GST_CUBLAS_CONSTANTS_SINCE_12040(X)                                                            \
    GST_CUBLAS_CONSTANTS_SINCE_12090(X)                                                            \
    GST_CUBLAS_CONSTANTS_SINCE_13000(X)

/* No struct of theirs is ours to fill: a handle is opaque. */
#define GST_CUBLAS_STRUCTS(X)
#define GST_CUBLAS_FIELDS(X)

/* X(vendor type, bytes): what is passed by value or written through a pointer. */
#define GST_CUBLAS_SIZES(X)                                                                        \
    X(cublasStatus_t, 4)                                                                           \
    X(cublasHandle_t, 8)                                                                           \
    X(cublasOperation_t, 4)                                                                        \
    X(cublasPointerMode_t, 4)                                                                      \
    X(cublasAtomicsMode_t, 4)                                                                      \
    X(cublasGemmAlgo_t, 4)                                                                         \
    X(cublasMath_t, 4)                                                                             \
    X(cublasComputeType_t, 4)                                                                      \
    X(cudaDataType, 4)                                                                             \
    X(libraryPropertyType, 4)

/* clang-format on */
#ifndef GST_ABI_VENDOR_TYPES
/* int, not an enumeration: a newer library may answer with a number that no row names. */
typedef int cublasStatus_t;
typedef struct cublasContext *cublasHandle_t;

#define GST_CUBLAS_ENUMERATOR(name, value) name = (value),
enum { GST_CUBLAS_RESULTS(GST_CUBLAS_ENUMERATOR) };
typedef enum { GST_CUBLAS_OPERATIONS(GST_CUBLAS_ENUMERATOR) } cublasOperation_t;
typedef enum { GST_CUBLAS_POINTER_MODES(GST_CUBLAS_ENUMERATOR) } cublasPointerMode_t;
typedef enum { GST_CUBLAS_ATOMICS_MODES(GST_CUBLAS_ENUMERATOR) } cublasAtomicsMode_t;
typedef enum { GST_CUBLAS_ALGORITHMS(GST_CUBLAS_ENUMERATOR) } cublasGemmAlgo_t;
typedef enum { GST_CUBLAS_MATH_MODES(GST_CUBLAS_ENUMERATOR) } cublasMath_t;
typedef enum { GST_CUBLAS_COMPUTE_TYPES(GST_CUBLAS_ENUMERATOR) } cublasComputeType_t;
typedef enum { GST_CUBLAS_DATA_TYPES(GST_CUBLAS_ENUMERATOR) } cudaDataType;
typedef enum { GST_CUBLAS_PROPERTIES(GST_CUBLAS_ENUMERATOR) } libraryPropertyType;
#undef GST_CUBLAS_ENUMERATOR
#endif

#endif
