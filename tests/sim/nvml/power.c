/* SPDX-License-Identifier: Apache-2.0 */
/* Power and heat. The model has no thermal behaviour: both stay at what an idle GPU shows, but for
 * one that reaches its power limit or is too hot. */
#include "nvml_prototypes.h"

#include <stdbool.h>

#define HOT_C 90 /* invented */

/* What a lowered limit leaves of the board's own. */
#define LOWERED_PERCENT 75 /* invented */

static nvmlReturn_t tell(unsigned limit_mw, unsigned int *milliwatts)
{
    if (limit_mw == 0)
        return NVML_ERROR_NOT_SUPPORTED;
    *milliwatts = limit_mw;
    return NVML_SUCCESS;
}

/* The board's own, unless the fault is that somebody lowered it. */
static unsigned limit_of(const struct sim_gpu *gpu)
{
    const bool is_lowered = gpu->clock_cap_mhz != 0 && gpu->clock_reason == SIM_CLOCK_POWER_CAP;

    return is_lowered ? gpu->model.power_limit_mw / 100 * LOWERED_PERCENT
                      : gpu->model.power_limit_mw;
}

nvmlReturn_t nvmlDeviceGetPowerManagementLimit(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    return tell(limit_of(target.gpu), milliwatts);
}

nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    return tell(limit_of(target.gpu), milliwatts);
}

nvmlReturn_t nvmlDeviceGetPowerManagementDefaultLimit(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    return tell(target.gpu->model.power_limit_mw, milliwatts);
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    const bool is_at_limit = target.gpu->clock_cap_mhz != 0
                             && (target.gpu->clock_reason == SIM_CLOCK_POWER_CAP
                                 || target.gpu->clock_reason == SIM_CLOCK_POWER)
                             && sim_live_is_busy(target.number);
    *milliwatts = is_at_limit ? limit_of(target.gpu) : target.gpu->model.power_idle_mw;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensor,
                                      unsigned int *celsius)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, celsius != NULL && sensor == NVML_TEMPERATURE_GPU);
    const enum sim_clock_reason reason = target.gpu->clock_reason;
    *celsius = reason == SIM_CLOCK_THERMAL || reason == SIM_CLOCK_SOFTWARE_THERMAL
                   ? HOT_C
                   : target.gpu->model.temperature_c;
    return NVML_SUCCESS;
}
