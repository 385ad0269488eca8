/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: how many, which one, what each says about itself. */
#include "model/device.h"

#include "runtime.h"

cudaError_t cudaGetDeviceCount(int *count)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_DEVICES);
    if (count == NULL)
        return runtime_note(cudaErrorInvalidValue);
    *count = (int)sim_world.device_count;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_DEVICES);
    return runtime_note(runtime_set_device(device));
}

cudaError_t cudaGetDevice(int *device)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_DEVICES);
    if (device == NULL)
        return runtime_note(cudaErrorInvalidValue);
    *device = runtime_device();
    return cudaSuccess;
}

/* The numbers of attributes are the driver's. */
cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_DEVICES);
    if (value == NULL)
        return runtime_note(cudaErrorInvalidValue);
    if (sim_device_at(device) == NULL)
        return runtime_note(cudaErrorInvalidDevice);
    return runtime_note(sim_device_attribute(sim_device_at(device), (int)attribute, value));
}

cudaError_t cudaDeviceGetPCIBusId(char *pci, int size, int device)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_DEVICES);
    if (pci == NULL)
        return runtime_note(cudaErrorInvalidValue);
    if (sim_device_at(device) == NULL)
        return runtime_note(cudaErrorInvalidDevice);
    return runtime_note(sim_device_pci(sim_device_at(device), pci, size));
}

cudaError_t cudaDeviceSynchronize(void)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_context_synchronize(sim_call.context));
}
