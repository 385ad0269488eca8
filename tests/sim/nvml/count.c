/* SPDX-License-Identifier: Apache-2.0 */
/* Which GPUs there are: by place, by UUID, by PCI address. */
#include "nvml_prototypes.h"

#include <stdbool.h>
#include <stdio.h>

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count)
{
    NVML_ENTER(count != NULL);
    *count = sim_nvml_count();
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device)
{
    NVML_ENTER(device != NULL);
    return sim_nvml_hand_out(sim_nvml_gpu_at(index), NVML_ERROR_INVALID_ARGUMENT, device);
}

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device)
{
    NVML_ENTER(uuid != NULL && device != NULL);
    return sim_nvml_hand_out(sim_nvml_by_uuid(uuid), NVML_ERROR_NOT_FOUND, device);
}

/* The three documented ways to write an address, and nothing after it. */
static bool read_address(const char *text, unsigned *domain, unsigned *bus, unsigned *device,
                         unsigned *function)
{
    int end = 0;

    *domain = *function = 0;
    if (sscanf(text, "%8x:%2x:%2x.%1x%n", domain, bus, device, function, &end) == 4)
        return text[end] == '\0';
    if (sscanf(text, "%8x:%2x:%2x%n", domain, bus, device, &end) == 3)
        return text[end] == '\0';
    *domain = 0;
    return sscanf(text, "%2x:%2x.%1x%n", bus, device, function, &end) == 3 && text[end] == '\0';
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char *pci, nvmlDevice_t *device)
{
    unsigned domain, bus, slot, function;

    NVML_ENTER(pci != NULL && device != NULL && read_address(pci, &domain, &bus, &slot, &function));
    return sim_nvml_hand_out(function == 0 ? sim_nvml_by_pci(domain, bus, slot) : NULL,
                             NVML_ERROR_NOT_FOUND, device);
}

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned int *index)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, index != NULL);
    *index = target.instance != NULL ? target.index : sim_nvml_index_of(target.number);
    return NVML_SUCCESS;
}
