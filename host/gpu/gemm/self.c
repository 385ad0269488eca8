/* SPDX-License-Identifier: Apache-2.0 */
/* A GPU in its own words; see self.h. */
#include "gpu/gemm/self.h"

#include <stdlib.h>

struct gst_gemm_gpu gst_gemm_self(const struct gst_gpu *gpu, const struct gst_condition *condition)
{
    return (struct gst_gemm_gpu){
        .name = gpu->name,
        .cc_major = gpu->cc_major,
        .cc_minor = gpu->cc_minor,
        .sms = (unsigned)gpu->sm_count,
        .clock_hz = gpu->clock_khz * 1e3,
        .clock_max_hz = condition->sm_max_mhz * 1e6,
        .power_limit_w = gst_condition_board_power_w(condition),
    };
}

bool gst_gemm_is_share(const char *percentage)
{
    char *end = NULL;
    const double percent = percentage == NULL ? 100 : strtod(percentage, &end);

    return percentage != NULL && end != percentage && percent < 100;
}

bool gst_gemm_is_part(const struct gst_gpu *gpu)
{
    return gpu->is_mig || gst_gemm_is_share(getenv("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"));
}
