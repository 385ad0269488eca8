/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GPU in its own words, as far as they say what its arithmetic can do in a matrix product.
 */
#ifndef GST_GPU_GEMM_SELF_H
#define GST_GPU_GEMM_SELF_H

#include <stdbool.h>

#include "core/gemm_peaks.h"
#include "gpu/condition.h"
#include "gpu/device.h"

/* By the driver, and by NVML as of gst_condition_begin. Its name is the GPU's own. */
struct gst_gemm_gpu gst_gemm_self(const struct gst_gpu *gpu, const struct gst_condition *condition);

/* Has this process a part of a board: an instance, or by the environment a share of its
 * multiprocessors? What the variable says holds where an MPS server runs, which nobody tells. */
bool gst_gemm_is_part(const struct gst_gpu *gpu);

/* Is that value of CUDA_MPS_ACTIVE_THREAD_PERCENTAGE less than all (MPS documentation, "Environment
 * Variables": a number of percent)? False for NULL, and for what is no number. Pure. */
bool gst_gemm_is_share(const char *percentage);

#endif
