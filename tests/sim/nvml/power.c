/* SPDX-License-Identifier: Apache-2.0 */
/* Power and heat. The model has no thermal behaviour: both stay at what an idle GPU shows. */
#include "nvml_prototypes.h"

nvmlReturn_t nvmlDeviceGetPowerManagementLimit(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    *milliwatts = target.gpu->model.power_limit_mw;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    *milliwatts = target.gpu->model.power_limit_mw;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPowerManagementDefaultLimit(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    *milliwatts = target.gpu->model.power_limit_mw;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *milliwatts)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, milliwatts != NULL);
    *milliwatts = target.gpu->model.power_idle_mw;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensor,
                                      unsigned int *celsius)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, celsius != NULL && sensor == NVML_TEMPERATURE_GPU);
    *celsius = target.gpu->model.temperature_c;
    return NVML_SUCCESS;
}
