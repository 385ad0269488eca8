/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we believe of cuBLAS, held against cublas_v2.h and cublasLt.h; compiled, never run.
 * CONFORM_HEADERS is the toolkit with whose lists cuBLAS is held, CONFORM_CUBLAS its own version
 * without the patch, and its headers are on the include path. The header's macros, by which plain
 * names stand for those with _v2, do not reach what is joined or made text.
 */
#define GST_ABI_VENDOR_TYPES
#include <cublas_v2.h>

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include "api/cublas_abi.h"
#include "conform.h"

_Static_assert(CUDART_VERSION / 1000 == CONFORM_HEADERS / 1000, "the headers are of another CUDA");
_Static_assert(CUBLAS_VER_MAJOR * 10000 + CUBLAS_VER_MINOR * 100 == CONFORM_CUBLAS,
               "cuBLAS is of another version");

CONFORM_LAYOUT(CUBLAS)
CONFORM_SINCE(CUBLAS, 11080)
GST_CUBLASLT_API_SINCE_11080(CONFORM_ROW)
#if CONFORM_HEADERS >= 12040
CONFORM_SINCE(CUBLAS, 12040)
#endif
#if CONFORM_HEADERS >= 12090
CONFORM_SINCE(CUBLAS, 12090)
#endif
#if CONFORM_HEADERS >= 13000
CONFORM_SINCE(CUBLAS, 13000)
#endif
