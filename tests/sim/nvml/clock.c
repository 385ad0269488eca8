/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and what holds them down. A simulated GPU keeps its clocks when it has nothing to do, so
 * that a clock below the rate that CUDA names always is a fault. A GeForce board's highest clock is
 * above that rate.
 */
#include "nvml_prototypes.h"

/* Clocks of video engines are in no model. */
static bool is_known(nvmlClockType_t type)
{
    return type >= NVML_CLOCK_GRAPHICS && type <= NVML_CLOCK_MEM;
}

static bool is_capped(const struct sim_gpu *gpu)
{
    return gpu->clock_cap_mhz != 0 && gpu->clock_cap_mhz < gpu->model.clock_mhz;
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
    sim_live_fired(target.gpu->clock_fault);
    *mhz = is_capped(target.gpu) ? target.gpu->clock_cap_mhz : target.gpu->model.clock_mhz;
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

/* A cap is hardware that slows itself down: nobody asked for it. */
static unsigned long long reasons_of(const struct sim_nvml_target *target)
{
    if (is_capped(target->gpu)) {
        sim_live_fired(target->gpu->clock_fault);
        return nvmlClocksThrottleReasonHwSlowdown;
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
