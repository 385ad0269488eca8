/* SPDX-License-Identifier: Apache-2.0 */
/* Who a device is. A MIG instance has a name and a UUID, and its GPU's place on the bus. */
#include "nvml_prototypes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The first driver branch that is known to have nvmlDeviceGetNumaNodeId. Source: the symbols of the
 * 535 and 550 drivers, of which only the latter has it. */
#define NUMA_NODE_SINCE 550

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int size)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, name != NULL);
    char text[160];

    snprintf(text, sizeof text, "%s%s%s", target.gpu->model.name,
             target.instance != NULL ? " MIG " : "",
             target.instance != NULL ? target.instance->profile : "");
    return sim_nvml_text(name, size, text);
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int size)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, uuid != NULL);
    return sim_nvml_text(uuid, size,
                         target.instance != NULL ? target.instance->uuid : target.gpu->uuid);
}

nvmlReturn_t nvmlDeviceGetSerial(nvmlDevice_t device, char *serial, unsigned int size)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, serial != NULL);
    if (!target.gpu->model.has_serial)
        return NVML_ERROR_NOT_SUPPORTED;
    return sim_nvml_text(serial, size, target.gpu->serial);
}

nvmlReturn_t nvmlDeviceGetVbiosVersion(nvmlDevice_t device, char *version, unsigned int size)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, version != NULL);
    return sim_nvml_text(version, size, target.gpu->model.vbios);
}

/* The number of its node, /dev/nvidiaN: that of the profile, as in the launcher's tree. */
nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t device, unsigned int *minor)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, minor != NULL);
    *minor = target.number;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, pci != NULL);
    const struct sim_gpu *gpu = target.gpu;

    *pci = (nvmlPciInfo_t){
        .domain = gpu->pci_domain,
        .bus = gpu->pci_bus,
        .device = gpu->pci_device,
        .pciDeviceId = gpu->model.pci_device_id,
        .pciSubSystemId = gpu->model.pci_subsystem_id,
    };
    snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "%04X:%02X:%02X.0",
             gpu->pci_domain & 0xffff, gpu->pci_bus & 0xff, gpu->pci_device & 0xff);
    snprintf(pci->busId, sizeof pci->busId, "%08X:%02X:%02X.0", gpu->pci_domain, gpu->pci_bus,
             gpu->pci_device);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, major != NULL && minor != NULL);
    *major = (int)(target.gpu->model.capability / 10);
    *minor = (int)(target.gpu->model.capability % 10);
    return NVML_SUCCESS;
}

/* Only where GPUs are NUMA nodes themselves; older drivers have no such function, which a library
 * of the one file can only say at the call. */
nvmlReturn_t nvmlDeviceGetNumaNodeId(nvmlDevice_t device, unsigned int *node)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, node != NULL);
    if (strtoul(sim_live_machine()->driver_version, NULL, 10) < NUMA_NODE_SINCE)
        return NVML_ERROR_FUNCTION_NOT_FOUND;
    return NVML_ERROR_NOT_SUPPORTED;
}

nvmlReturn_t nvmlDeviceGetPersistenceMode(nvmlDevice_t device, nvmlEnableState_t *mode)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, mode != NULL);
    *mode = NVML_FEATURE_DISABLED;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetComputeMode(nvmlDevice_t device, nvmlComputeMode_t *mode)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, mode != NULL);
    *mode = NVML_COMPUTEMODE_DEFAULT;
    return NVML_SUCCESS;
}
