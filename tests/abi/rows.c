/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Read by the preprocessor only: what exports.py looks up, one row(API, symbol, needed) each.
 */
#include "api/cuda_abi.h"
#include "api/cudart_abi.h"
#include "api/nccl_abi.h"
#include "api/nvml_abi.h"
#include "api/nvrtc_abi.h"

#define CUDA_ROW(result, name, version, arguments, needed)   row(CUDA, name##version, needed)
#define CUDART_ROW(result, name, version, arguments, needed) row(CUDART, name##version, needed)
#define NCCL_ROW(result, name, version, arguments, needed)   row(NCCL, name##version, needed)
#define NVML_ROW(result, name, version, arguments, needed)   row(NVML, name##version, needed)
#define NVRTC_ROW(result, name, version, arguments, needed)  row(NVRTC, name##version, needed)
GST_CUDA_API(CUDA_ROW)
GST_CUDART_API(CUDART_ROW)
GST_NCCL_API(NCCL_ROW)
GST_NVML_API(NVML_ROW)
GST_NVRTC_API(NVRTC_ROW)
