/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device memory: how much, how much of it is used, and what ECC found. The state of a run counts
 * use per GPU, so an instance answers with that of its GPU.
 */
#include "nvml_prototypes.h"

#include <stdint.h>

/* Total, and what is set aside; then used and free of what is left. */
static nvmlMemory_v2_t measure(const struct sim_nvml_target *target)
{
    const uint64_t total =
        target->instance != NULL ? target->instance->fb_bytes : target->gpu->model.fb_bytes;
    const uint64_t reserved = target->instance != NULL ? 0 : target->gpu->model.fb_reserved_bytes;
    uint64_t used = sim_live_used_bytes(target->number);

    if (used > total - reserved)
        used = total - reserved;
    return (nvmlMemory_v2_t){ .version = (unsigned)nvmlMemory_v2,
                              .total = total,
                              .reserved = reserved,
                              .free = total - reserved - used,
                              .used = used };
}

/* The older struct has no place for what is reserved: it counts as used. */
nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, memory != NULL);
    if (target.gpu->model.is_integrated)
        return NVML_ERROR_NOT_SUPPORTED;
    const nvmlMemory_v2_t now = measure(&target);

    *memory =
        (nvmlMemory_t){ .total = now.total, .free = now.free, .used = now.reserved + now.used };
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *memory)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, memory != NULL);
    if (memory->version != (unsigned)nvmlMemory_v2)
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    if (target.gpu->model.is_integrated)
        return NVML_ERROR_NOT_SUPPORTED;
    *memory = measure(&target);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMemoryBusWidth(nvmlDevice_t device, unsigned int *bits)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, bits != NULL);
    *bits = target.gpu->model.bus_bits;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, nvmlEnableState_t *current,
                                  nvmlEnableState_t *pending)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, current != NULL && pending != NULL);
    if (!target.gpu->model.has_ecc)
        return NVML_ERROR_NOT_SUPPORTED;
    *current = *pending =
        target.gpu->model.is_ecc_on ? NVML_FEATURE_ENABLED : NVML_FEATURE_DISABLED;
    return NVML_SUCCESS;
}

/* Bits that a fault turns over are not seen by ECC: finding them is what is tested. Errors that are
 * ordered happened since the driver was loaded, so both counters have them. */
nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, nvmlMemoryErrorType_t type,
                                         nvmlEccCounterType_t counter, unsigned long long *count)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU,
                      count != NULL && type >= NVML_MEMORY_ERROR_TYPE_CORRECTED
                          && type <= NVML_MEMORY_ERROR_TYPE_UNCORRECTED
                          && counter >= NVML_VOLATILE_ECC && counter <= NVML_AGGREGATE_ECC);
    if (!target.gpu->model.has_ecc || !target.gpu->model.is_ecc_on)
        return NVML_ERROR_NOT_SUPPORTED;
    const struct sim_ecc *ecc = &target.gpu->ecc;
    *count = type == NVML_MEMORY_ERROR_TYPE_CORRECTED ? ecc->corrected : ecc->uncorrected;
    if (!sim_live_is_past(ecc->after_ps))
        *count = 0;
    if (*count > 0)
        sim_live_fired(ecc->fault);
    return NVML_SUCCESS;
}

/* Pages are retired where rows are not remapped. */
nvmlReturn_t nvmlDeviceGetRetiredPagesPendingStatus(nvmlDevice_t device, nvmlEnableState_t *pending)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, pending != NULL);
    const struct sim_gpu_model *model = &target.gpu->model;

    if (!model->has_ecc || !model->is_ecc_on || model->has_row_remapping)
        return NVML_ERROR_NOT_SUPPORTED;
    *pending = NVML_FEATURE_DISABLED;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device, unsigned int *correctable,
                                       unsigned int *uncorrectable, unsigned int *pending,
                                       unsigned int *failed)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU,
                      correctable != NULL && uncorrectable != NULL && pending != NULL
                          && failed != NULL);
    if (!target.gpu->model.has_row_remapping || target.gpu->is_mig)
        return NVML_ERROR_NOT_SUPPORTED;
    *correctable = *uncorrectable = *pending = *failed = 0;
    return NVML_SUCCESS;
}
