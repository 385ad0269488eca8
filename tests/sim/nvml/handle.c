/* SPDX-License-Identifier: Apache-2.0 */
/* A handle is a tag, the number of the GPU, and the number of the instance counted from one. */
#include "handle.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/live.h"

#define TAG        ((uintptr_t)0x4e564d4c00000000) /* not an address that a program can have */
#define GPU_SHIFT  8
#define PART_MASK  ((uintptr_t)0xff)
#define FIELD_MASK ((uintptr_t)0xffff)

static bool is_listed(unsigned number)
{
    const struct sim_machine *machine = sim_live_machine();

    return number < machine->gpu_count && !machine->gpus[number].is_hidden_from_nvml;
}

static uint64_t address_of(unsigned number)
{
    const struct sim_gpu *gpu = &sim_live_machine()->gpus[number];

    return (uint64_t)gpu->pci_domain << 32 | (uint64_t)gpu->pci_bus << 16 | gpu->pci_device;
}

unsigned sim_nvml_count(void)
{
    const struct sim_machine *machine = sim_live_machine();
    unsigned count = 0;

    for (unsigned i = 0; i < machine->gpu_count; i++) {
        count += is_listed(i);
        if (!is_listed(i))
            sim_live_fired(machine->gpus[i].hidden_fault);
    }
    return count;
}

unsigned sim_nvml_index_of(unsigned number)
{
    unsigned index = 0;

    for (unsigned i = 0; i < sim_live_machine()->gpu_count; i++)
        index += is_listed(i) && address_of(i) < address_of(number);
    return index;
}

nvmlDevice_t sim_nvml_gpu_at(unsigned index)
{
    for (unsigned i = 0; i < sim_live_machine()->gpu_count; i++) {
        if (is_listed(i) && sim_nvml_index_of(i) == index)
            return sim_nvml_gpu_handle(i);
    }
    return NULL;
}

nvmlDevice_t sim_nvml_by_uuid(const char *uuid)
{
    for (unsigned i = 0; i < sim_live_machine()->gpu_count; i++) {
        const struct sim_gpu *gpu = &sim_live_machine()->gpus[i];

        if (!is_listed(i))
            continue;
        if (strcmp(gpu->uuid, uuid) == 0)
            return sim_nvml_gpu_handle(i);
        for (unsigned k = 0; k < gpu->instance_count; k++) {
            if (strcmp(gpu->instances[k].uuid, uuid) == 0)
                return sim_nvml_instance_handle(i, k);
        }
    }
    return NULL;
}

nvmlDevice_t sim_nvml_by_pci(unsigned domain, unsigned bus, unsigned device)
{
    for (unsigned i = 0; i < sim_live_machine()->gpu_count; i++) {
        const struct sim_gpu *gpu = &sim_live_machine()->gpus[i];

        if (is_listed(i) && gpu->pci_domain == domain && gpu->pci_bus == bus
            && gpu->pci_device == device)
            return sim_nvml_gpu_handle(i);
    }
    return NULL;
}

nvmlDevice_t sim_nvml_gpu_handle(unsigned number)
{
    return (nvmlDevice_t)(TAG | (uintptr_t)number << GPU_SHIFT);
}

nvmlDevice_t sim_nvml_instance_handle(unsigned number, unsigned index)
{
    return (nvmlDevice_t)(TAG | (uintptr_t)number << GPU_SHIFT | (index + 1));
}

/* False if no such thing is listed. */
static bool decode(nvmlDevice_t handle, struct sim_nvml_target *target)
{
    const uintptr_t bits = (uintptr_t)handle;
    const unsigned number = (unsigned)((bits & FIELD_MASK) >> GPU_SHIFT);
    const unsigned part = (unsigned)(bits & PART_MASK);

    if ((bits & ~FIELD_MASK) != TAG || !is_listed(number))
        return false;
    *target =
        (struct sim_nvml_target){ .number = number, .gpu = &sim_live_machine()->gpus[number] };
    if (part == 0)
        return true;
    if (part > target->gpu->instance_count)
        return false;
    target->index = part - 1;
    target->instance = &target->gpu->instances[part - 1];
    return true;
}

nvmlReturn_t sim_nvml_find(nvmlDevice_t handle, enum sim_nvml_accepts accepts,
                           struct sim_nvml_target *target)
{
    if (!decode(handle, target))
        return NVML_ERROR_INVALID_ARGUMENT;
    if (sim_live_is_lost(target->number))
        return NVML_ERROR_GPU_IS_LOST;
    if (accepts == SIM_NVML_GPU && target->instance != NULL)
        return NVML_ERROR_NOT_SUPPORTED;
    if ((accepts == SIM_NVML_PARENT && target->instance != NULL)
        || (accepts == SIM_NVML_INSTANCE && target->instance == NULL))
        return NVML_ERROR_INVALID_ARGUMENT;
    return NVML_SUCCESS;
}

nvmlReturn_t sim_nvml_hand_out(nvmlDevice_t handle, nvmlReturn_t if_null, nvmlDevice_t *device)
{
    struct sim_nvml_target target;

    if (handle == NULL)
        return if_null;
    const nvmlReturn_t problem = sim_nvml_find(handle, SIM_NVML_ANY, &target);
    if (problem == NVML_SUCCESS)
        *device = handle;
    return problem;
}
