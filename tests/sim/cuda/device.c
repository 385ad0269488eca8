/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: what there is and what each says about itself. */
#include "cuda_prototypes.h"

#include <stddef.h>

#include "model/context.h"
#include "model/device.h"

CUresult cuDeviceGetCount(int *count)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (count == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *count = (int)sim_world.device_count;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (device == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(ordinal) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    *device = ordinal;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetName(char *name, int size, CUdevice device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (name == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    return sim_device_name(sim_device_at(device), name, size);
}

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (uuid == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    return sim_device_uuid(sim_device_at(device), uuid->bytes);
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (bytes == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    *bytes = sim_device_at(device)->total_bytes;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (value == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    return sim_device_attribute(sim_device_at(device), attribute, value);
}

CUresult cuDeviceGetPCIBusId(char *pci, int size, CUdevice device)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (pci == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    return sim_device_pci(sim_device_at(device), pci, size);
}

CUresult cuDeviceCanAccessPeer(int *can, CUdevice device, CUdevice peer)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (can == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(device) == NULL || sim_device_at(peer) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    *can = sim_peer_possible(sim_device_at(device), sim_device_at(peer));
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetP2PAttribute(int *value, CUdevice_P2PAttribute attribute, CUdevice source,
                                 CUdevice target)
{
    SIM_ENTER(CUresult, SIM_NEEDS_INIT);
    if (value == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_device_at(source) == NULL || sim_device_at(target) == NULL)
        return CUDA_ERROR_INVALID_DEVICE;
    return sim_device_p2p_attribute(sim_device_at(source), sim_device_at(target), attribute, value);
}
