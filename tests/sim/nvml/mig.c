/* SPDX-License-Identifier: Apache-2.0 */
/* Multi-instance GPUs: the mode, the instances of a GPU and the GPU of an instance. */
#include "nvml_prototypes.h"

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *current, unsigned int *pending)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, current != NULL && pending != NULL);
    if (!target.gpu->model.has_mig)
        return NVML_ERROR_NOT_SUPPORTED;
    *current = *pending = target.gpu->is_mig ? NVML_DEVICE_MIG_ENABLE : NVML_DEVICE_MIG_DISABLE;
    return NVML_SUCCESS;
}

/* Documented as zero, not as an error, where there is no MIG. */
nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int *count)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_PARENT, count != NULL);
    *count = target.gpu->is_mig ? SIM_MACHINE_INSTANCES : 0;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index,
                                                 nvmlDevice_t *instance)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_PARENT, instance != NULL && index < SIM_MACHINE_INSTANCES);
    if (!target.gpu->model.has_mig)
        return NVML_ERROR_NOT_SUPPORTED;
    if (index >= target.gpu->instance_count)
        return NVML_ERROR_NOT_FOUND;
    *instance = sim_nvml_instance_handle(target.number, index);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t instance,
                                                          nvmlDevice_t *parent)
{
    NVML_ENTER_DEVICE(instance, SIM_NVML_INSTANCE, parent != NULL);
    *parent = sim_nvml_gpu_handle(target.number);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t device, unsigned int *id)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_INSTANCE, id != NULL);
    *id = target.instance->gpu_instance;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t device, unsigned int *id)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_INSTANCE, id != NULL);
    *id = target.instance->compute_instance;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device, unsigned int *is_instance)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, is_instance != NULL);
    *is_instance = target.instance != NULL;
    return NVML_SUCCESS;
}
