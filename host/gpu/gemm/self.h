/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GPU in its own words, as far as they say what its arithmetic can do in a matrix product. Pure.
 */
#ifndef GST_GPU_GEMM_SELF_H
#define GST_GPU_GEMM_SELF_H

#include "core/gemm_peaks.h"
#include "gpu/condition.h"
#include "gpu/device.h"

/* By the driver, and by NVML as of gst_condition_begin. Its name is the GPU's own. */
struct gst_gemm_gpu gst_gemm_self(const struct gst_gpu *gpu, const struct gst_condition *condition);

#endif
