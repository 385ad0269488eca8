/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a device and matching it between CUDA and NVML; see device.h. */
#include "gpu/device.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gpu/env.h"
#include "gpu/error.h"

void gst_uuid_format(char text[GST_UUID_SIZE], const char *prefix, const unsigned char bytes[16])
{
    size_t at = (size_t)snprintf(text, GST_UUID_SIZE, "%s", prefix);

    for (int i = 0; i < 16; i++) {
        const bool has_dash = i == 4 || i == 6 || i == 8 || i == 10;

        at += (size_t)snprintf(text + at, GST_UUID_SIZE - at, "%s%02x", has_dash ? "-" : "",
                               bytes[i]);
    }
}

void gst_pci_id_lower(char *pci_id)
{
    for (; *pci_id != '\0'; pci_id++) {
        if (*pci_id >= 'A' && *pci_id <= 'F')
            *pci_id = (char)(*pci_id + ('a' - 'A'));
    }
}

bool gst_gpu_outgrows_cache(const struct gst_gpu *gpu, double bytes)
{
    return bytes >= (double)GST_GPU_L2_MULTIPLE * gpu->l2_bytes;
}

double gst_gpu_memory_peak_bytes_per_s(const struct gst_gpu *gpu)
{
    const double transfers_per_clock = 2.0;

    if (gpu->is_integrated || gpu->memory_clock_khz <= 0 || gpu->memory_bus_bits <= 0)
        return NAN;
    return transfers_per_clock * gpu->memory_clock_khz * 1e3 * gpu->memory_bus_bits / 8.0;
}

bool gst_gpu_matches(const struct gst_gpu *gpu, const char *word, size_t length)
{
    char number[16];

    snprintf(number, sizeof(number), "%d", gpu->index);
    if (strlen(number) == length && memcmp(number, word, length) == 0)
        return true;
    if (strlen(gpu->pci_id) == length && strncasecmp(gpu->pci_id, word, length) == 0)
        return true;
    /* Four letters of prefix and four digits: shorter beginnings are more often a mistake. */
    return length >= 8 && strncasecmp(gpu->uuid, word, length) == 0;
}

static bool read_attributes(struct gst_env *env, struct gst_gpu *gpu, struct gst_status *st)
{
    const struct {
        CUdevice_attribute attribute;
        int *value;
    } rows[] = {
        { CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, &gpu->cc_major },
        { CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, &gpu->cc_minor },
        { CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, &gpu->sm_count },
        { CU_DEVICE_ATTRIBUTE_CLOCK_RATE, &gpu->clock_khz },
        { CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, &gpu->memory_clock_khz },
        { CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, &gpu->memory_bus_bits },
        { CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, &gpu->l2_bytes },
    };
    int is_integrated = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!GST_CU(env, st, cuDeviceGetAttribute, (rows[i].value, rows[i].attribute, gpu->device)))
            return false;
    }
    if (!GST_CU(env, st, cuDeviceGetAttribute,
                (&is_integrated, CU_DEVICE_ATTRIBUTE_INTEGRATED, gpu->device)))
        return false;
    gpu->is_integrated = is_integrated != 0;
    return true;
}

/* CUDA does not say whether a UUID is a GPU's or a MIG instance's; NVML knows it by one name. */
static void match_nvml(struct gst_env *env, struct gst_gpu *gpu, const unsigned char bytes[16])
{
    unsigned int is_instance = 0;

    gst_uuid_format(gpu->uuid, "GPU-", bytes);
    if (!env->has_nvml)
        return;
    if (GST_NVML(env, nvmlDeviceGetHandleByUUID, (gpu->uuid, &gpu->nvml)) == NVML_SUCCESS) {
        gpu->nvml_physical = gpu->nvml;
        return;
    }
    gst_uuid_format(gpu->uuid, "MIG-", bytes);
    if (GST_NVML(env, nvmlDeviceGetHandleByUUID, (gpu->uuid, &gpu->nvml)) == NVML_SUCCESS
        && GST_NVML(env, nvmlDeviceIsMigDeviceHandle, (gpu->nvml, &is_instance)) == NVML_SUCCESS
        && is_instance != 0) {
        gpu->is_mig = true;
        if (GST_NVML(env, nvmlDeviceGetDeviceHandleFromMigDeviceHandle,
                     (gpu->nvml, &gpu->nvml_physical))
            != NVML_SUCCESS)
            gpu->nvml_physical = NULL;
        return;
    }
    gpu->nvml = NULL;
    gst_uuid_format(gpu->uuid, "GPU-", bytes);
}

bool gst_gpu_read(struct gst_env *env, int ordinal, struct gst_gpu *gpu, struct gst_status *st)
{
    CUuuid uuid = { 0 };
    size_t total = 0;

    *gpu = (struct gst_gpu){ .index = ordinal, .ordinal = ordinal };
    if (!GST_CU(env, st, cuDeviceGet, (&gpu->device, ordinal))
        || !GST_CU(env, st, cuDeviceGetName, (gpu->name, (int)sizeof(gpu->name), gpu->device))
        || !GST_CU(env, st, cuDeviceTotalMem, (&total, gpu->device))
        || !GST_CU(env, st, cuDeviceGetPCIBusId,
                   (gpu->pci_id, (int)sizeof(gpu->pci_id), gpu->device))
        || !GST_CU(env, st, cuDeviceGetUuid, (&uuid, gpu->device))
        || !read_attributes(env, gpu, st))
        return false;
    gst_pci_id_lower(gpu->pci_id);
    gpu->memory_total_bytes = total;
    match_nvml(env, gpu, (const unsigned char *)uuid.bytes);
    return true;
}

bool gst_gpu_use(struct gst_env *env, struct gst_gpu *gpu, struct gst_status *st)
{
    if (gpu->is_hung) {
        gst_fail(st, GST_HARDWARE_GPU_HANG,
                 "what was queued before has not ended, so nothing more "
                 "is asked of it");
        st->gpu = gpu->index;
        return false;
    }
    if ((gpu->context != NULL
         || GST_CU(env, st, cuDevicePrimaryCtxRetain, (&gpu->context, gpu->device)))
        && GST_CU(env, st, cuCtxSetCurrent, (gpu->context)))
        return true;
    st->gpu = gpu->index;
    return false;
}

void gst_gpu_leave(struct gst_env *env, struct gst_gpu *gpu)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (gpu->context != NULL && !gpu->is_hung)
        GST_CU(env, &ignored, cuDevicePrimaryCtxRelease, (gpu->device));
    gpu->context = NULL;
}
