/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks, what holds them down, and how busy the GPU is. A simulated GPU keeps its clocks when it
 * has nothing to do, so that a clock below the rate that CUDA names always is a fault. A GeForce
 * board's highest clock is above that rate.
 */
#include "nvml_prototypes.h"

/* Clocks of video engines are in no model. */
static bool is_known(nvmlClockType_t type)
{
    return type >= NVML_CLOCK_GRAPHICS && type <= NVML_CLOCK_MEM;
}

/* What software holds down is held down only under load: an idle GPU draws little power and cools
 * down. Hardware that is told to slow down does so with or without work. */
static bool is_capped(const struct sim_nvml_target *target)
{
    const struct sim_gpu *gpu = target->gpu;
    const bool needs_load = gpu->clock_reason == SIM_CLOCK_POWER_CAP
                            || gpu->clock_reason == SIM_CLOCK_POWER
                            || gpu->clock_reason == SIM_CLOCK_SOFTWARE_THERMAL;

    return gpu->clock_cap_mhz != 0 && gpu->clock_cap_mhz < gpu->model.clock_mhz
           && (!needs_load || sim_live_is_busy(target->number));
}

nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *mhz)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU,
                      mhz != NULL && type >= NVML_CLOCK_GRAPHICS && type <= NVML_CLOCK_VIDEO);
    if (!is_known(type))
        return NVML_ERROR_NOT_SUPPORTED;
    if (type == NVML_CLOCK_MEM) {
        *mhz = target.gpu->model.memory_clock_mhz;
        return NVML_SUCCESS;
    }
    if (is_capped(&target))
        sim_live_fired(target.gpu->clock_fault);
    *mhz = is_capped(&target) ? target.gpu->clock_cap_mhz : target.gpu->model.clock_mhz;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *mhz)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU,
                      mhz != NULL && type >= NVML_CLOCK_GRAPHICS && type <= NVML_CLOCK_VIDEO);
    if (!is_known(type))
        return NVML_ERROR_NOT_SUPPORTED;
    *mhz = type == NVML_CLOCK_MEM ? target.gpu->model.memory_clock_mhz
                                  : target.gpu->model.clock_max_mhz;
    return NVML_SUCCESS;
}

/* The two that say why hardware slows down come with the bit that says that it does: so an
 * nvidia-smi -q of H100 with a power brake, driver 535.161.08. */
static unsigned long long reasons_of(const struct sim_nvml_target *target)
{
    static const unsigned long long REASONS[] = {
        [SIM_CLOCK_HARDWARE] = nvmlClocksThrottleReasonHwSlowdown,
        [SIM_CLOCK_THERMAL] =
            nvmlClocksThrottleReasonHwSlowdown | nvmlClocksThrottleReasonHwThermalSlowdown,
        [SIM_CLOCK_POWER_BRAKE] =
            nvmlClocksThrottleReasonHwSlowdown | nvmlClocksThrottleReasonHwPowerBrakeSlowdown,
        [SIM_CLOCK_SOFTWARE_THERMAL] = nvmlClocksThrottleReasonSwThermalSlowdown,
        [SIM_CLOCK_POWER_CAP] = nvmlClocksThrottleReasonSwPowerCap,
        [SIM_CLOCK_POWER] = nvmlClocksThrottleReasonSwPowerCap,
    };

    if (is_capped(target)) {
        sim_live_fired(target->gpu->clock_fault);
        return REASONS[target->gpu->clock_reason];
    }
    return sim_live_used_bytes(target->number) == 0 ? nvmlClocksThrottleReasonGpuIdle
                                                    : nvmlClocksThrottleReasonNone;
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device,
                                                       unsigned long long *reasons)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, reasons != NULL);
    *reasons = reasons_of(&target);
    return NVML_SUCCESS;
}

/* The same by its newer name. */
nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device,
                                                    unsigned long long *reasons)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, reasons != NULL);
    *reasons = reasons_of(&target);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPerformanceState(nvmlDevice_t device, nvmlPstates_t *state)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, state != NULL);
    *state = NVML_PSTATE_0;
    return NVML_SUCCESS;
}

/* In a sample's time this process keeps the GPU busy or does not; somebody else does so in part. */
nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *utilization)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, utilization != NULL);
    if (target.gpu->is_mig)
        return NVML_ERROR_NOT_SUPPORTED;
    const unsigned busy = sim_live_is_busy(target.number) ? 100 : target.gpu->busy_percent;
    sim_live_fired(target.gpu->busy_fault);
    *utilization = (nvmlUtilization_t){ .gpu = busy, .memory = busy };
    return NVML_SUCCESS;
}
