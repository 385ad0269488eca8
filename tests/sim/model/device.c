/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from the machine's description; nothing is computed here that could go wrong. */
#include "model/device.h"

#include <stdio.h>
#include <string.h>

#include "model/context.h"

const struct sim_spec_gpu *sim_device_facts(const struct sim_device *device)
{
    return &sim_world.spec.gpus[device->gpu];
}

int sim_device_name(const struct sim_device *device, char *name, int size)
{
    if (size <= 0)
        return CUDA_ERROR_INVALID_VALUE;
    snprintf(name, (size_t)size, "%s", sim_device_facts(device)->name);
    return CUDA_SUCCESS;
}

/* "0000:1B:00.0": the documented format, in capitals as the driver writes it. */
int sim_device_pci(const struct sim_device *device, char *text, int size)
{
    const struct sim_spec_gpu *gpu = sim_device_facts(device);

    if (size <= 0)
        return CUDA_ERROR_INVALID_VALUE;
    snprintf(text, (size_t)size, "%04X:%02X:%02X.0", gpu->pci_domain, gpu->pci_bus,
             gpu->pci_device);
    return CUDA_SUCCESS;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int sim_device_uuid(const struct sim_device *device, char bytes[16])
{
    const char *text = strchr(sim_device_facts(device)->uuid, '-');
    unsigned digits = 0;
    unsigned char result[16] = { 0 };

    for (; text != NULL && *text != '\0' && digits < 32; text++) {
        int digit = hex(*text);

        if (digit < 0)
            continue;
        result[digits / 2] = (unsigned char)(result[digits / 2] << 4 | digit);
        digits++;
    }
    memcpy(bytes, result, sizeof result);
    return CUDA_SUCCESS;
}

int sim_device_attribute(const struct sim_device *device, int attribute, int *value)
{
    return sim_spec_attribute_of(sim_device_facts(device), attribute, value)
               ? CUDA_SUCCESS
               : CUDA_ERROR_INVALID_VALUE;
}

int sim_device_p2p_attribute(const struct sim_device *source, const struct sim_device *target,
                             int attribute, int *value)
{
    if (source == target)
        return CUDA_ERROR_INVALID_DEVICE;
    const struct sim_spec_pair *pair = &sim_world.spec.pairs[source->gpu][target->gpu];
    bool has_links = pair->can_access && pair->link_rate > 0;
    switch (attribute) {
    case CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK:
        *value = has_links ? 1 : 0;
        return CUDA_SUCCESS;
    case CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED:
    case CU_DEVICE_P2P_ATTRIBUTE_CUDA_ARRAY_ACCESS_SUPPORTED:
        *value = pair->can_access;
        return CUDA_SUCCESS;
    case CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED:
        *value = has_links;
        return CUDA_SUCCESS;
    default:
        return CUDA_ERROR_INVALID_VALUE;
    }
}

bool sim_peer_possible(const struct sim_device *device, const struct sim_device *peer)
{
    return device != peer && sim_world.spec.pairs[device->gpu][peer->gpu].can_access;
}
