/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds a GPU's clocks down, as NVML tells it in bits: their names, and which of them are a
 * fault of the machine, which are its settings, and which are neither.
 */
#ifndef GST_GPU_CLOCK_REASONS_H
#define GST_GPU_CLOCK_REASONS_H

#include <stddef.h>

#include "gpu/env.h"

/* The GPU protects itself: against heat, or because the power supply asked for it. */
#define GST_CLOCKS_THROTTLED                                                                       \
    (nvmlClocksThrottleReasonHwThermalSlowdown | nvmlClocksThrottleReasonHwPowerBrakeSlowdown      \
     | nvmlClocksThrottleReasonHwSlowdown | nvmlClocksThrottleReasonSwThermalSlowdown)

/* Those of them that are a fault by themselves, whatever was measured: they halve the clocks or
 * worse, and a machine that is cooled and fed as it should be never sees them. Not among them: the
 * driver's own thermal slowdown, by which boards in their specified range trim the last percents,
 * and the plain hardware slowdown, which is also told for a moment while clocks change. NVML
 * reference, clocks event reasons. */
#define GST_CLOCKS_THROTTLED_FOR_CERTAIN                                                           \
    (nvmlClocksThrottleReasonHwThermalSlowdown | nvmlClocksThrottleReasonHwPowerBrakeSlowdown)

/* Somebody set the clocks or the power limit, or the load is more than the limit allows: which of
 * these the power cap is, only the limit tells. */
#define GST_CLOCKS_LIMITED                                                                         \
    (nvmlClocksThrottleReasonApplicationsClocksSetting | nvmlClocksThrottleReasonSwPowerCap        \
     | nvmlClocksThrottleReasonSyncBoost | nvmlClocksThrottleReasonDisplayClockSetting)

/* False where NVML does not tell. */
bool gst_clock_reasons_read(struct gst_env *env, const struct gst_gpu *gpu,
                            unsigned long long *reasons);

/* "software power cap, hardware slowdown"; "none". Bits without a name are left out. Returns
 * `text`. Pure. */
const char *gst_clock_reasons_describe(unsigned long long reasons, char *text, size_t size);

#endif
