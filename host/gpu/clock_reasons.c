/* SPDX-License-Identifier: Apache-2.0 */
/* The names of NVML's bits; see clock_reasons.h. */
#include "gpu/clock_reasons.h"

#include <stdio.h>
#include <string.h>

#include "gpu/error.h"

/* By their names in NVML's reference manual. */
static const struct {
    unsigned long long bit;
    const char *name;
} rows[] = {
    { nvmlClocksThrottleReasonGpuIdle, "idle" },
    { nvmlClocksThrottleReasonApplicationsClocksSetting, "application clocks" },
    { nvmlClocksThrottleReasonSwPowerCap, "software power cap" },
    { nvmlClocksThrottleReasonHwSlowdown, "hardware slowdown" },
    { nvmlClocksThrottleReasonSyncBoost, "sync boost" },
    { nvmlClocksThrottleReasonSwThermalSlowdown, "software thermal slowdown" },
    { nvmlClocksThrottleReasonHwThermalSlowdown, "hardware thermal slowdown" },
    { nvmlClocksThrottleReasonHwPowerBrakeSlowdown, "hardware power brake" },
    { nvmlClocksThrottleReasonDisplayClockSetting, "display clocks" },
};

bool gst_clock_reasons_read(struct gst_env *env, const struct gst_gpu *gpu,
                            unsigned long long *reasons)
{
    return GST_NVML(env, nvmlDeviceGetCurrentClocksThrottleReasons, (gpu->nvml_physical, reasons))
           == NVML_SUCCESS;
}

const char *gst_clock_reasons_describe(unsigned long long reasons, char *text, size_t size)
{
    snprintf(text, size, "%s", "");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t used = strlen(text);

        if ((reasons & rows[i].bit) != 0)
            snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", rows[i].name);
    }
    if (text[0] == '\0')
        snprintf(text, size, "none");
    return text;
}
