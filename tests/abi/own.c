/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own types have the sizes that the rows promise, and the headers stand side by side: the
 * part of conformance that needs no vendor's header.
 */
#include "api/cublas_abi.h"
#include "api/cuda_abi.h"
#include "api/cudart_abi.h"
#include "api/nccl_abi.h"
#include "api/nvml_abi.h"
#include "api/nvrtc_abi.h"
#include "conform.h"

#define DECLARE(result, name, version, arguments, needed) extern result name##version arguments;
GST_CUBLAS_API(DECLARE)
GST_CUBLASLT_API(DECLARE)
GST_CUDA_API(DECLARE)
GST_CUDART_API(DECLARE)
GST_NCCL_API(DECLARE)
GST_NVML_API(DECLARE)
GST_NVRTC_API(DECLARE)

CONFORM_LAYOUT(CUBLAS)
CONFORM_LAYOUT(CUDA)
CONFORM_LAYOUT(CUDART)
CONFORM_LAYOUT(NCCL)
CONFORM_LAYOUT(NVML)
CONFORM_LAYOUT(NVRTC)
GST_CUBLAS_CONSTANTS(CONFORM_CONSTANT)
GST_CUDA_CONSTANTS(CONFORM_CONSTANT)
GST_CUDART_CONSTANTS(CONFORM_CONSTANT)
GST_NCCL_CONSTANTS(CONFORM_CONSTANT)
GST_NVML_CONSTANTS(CONFORM_CONSTANT)
GST_NVRTC_CONSTANTS(CONFORM_CONSTANT)

/* The caller of a versioned struct states size and version in one number: bytes | version << 24. */
_Static_assert(nvmlMemory_v2 == (sizeof(nvmlMemory_v2_t) | 2u << 24), "nvmlMemory_v2");
