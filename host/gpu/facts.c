/* SPDX-License-Identifier: Apache-2.0 */
/* Facts from the driver, the runtime and sysfs; see facts.h. */
#include "gpu/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu/error.h"

struct attribute_row {
    const char *key;
    CUdevice_attribute attribute; /* numbered alike in both APIs, and stable over all versions */
    enum gst_unit unit;
    double scale;   /* to the unit */
    bool is_common; /* also asked of the runtime, to compare */
};

/* CUDA driver API reference, cuDeviceGetAttribute: clocks are in kHz, sizes in bytes. */
static const struct attribute_row attribute_rows[] = {
    { "multiprocessors", CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, GST_UNIT_NONE, 1, true },
    { "clock", CU_DEVICE_ATTRIBUTE_CLOCK_RATE, GST_UNIT_HERTZ, 1e3, true },
    { "memory_clock", CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, GST_UNIT_HERTZ, 1e3, true },
    { "memory_bus_width", CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, GST_UNIT_BITS, 1, true },
    { "l2_cache", CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, GST_UNIT_BYTES, 1, true },
    { "constant_memory", CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY, GST_UNIT_BYTES, 1, false },
    { "shared_memory_per_block", CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, GST_UNIT_BYTES, 1,
      false },
    { "shared_memory_per_block_optin", CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN,
      GST_UNIT_BYTES, 1, false },
    { "shared_memory_per_multiprocessor", CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR,
      GST_UNIT_BYTES, 1, false },
    { "registers_per_block", CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK, GST_UNIT_NONE, 1, false },
    { "warp_size", CU_DEVICE_ATTRIBUTE_WARP_SIZE, GST_UNIT_NONE, 1, true },
    { "threads_per_multiprocessor", CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR,
      GST_UNIT_NONE, 1, false },
    { "threads_per_block", CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, GST_UNIT_NONE, 1, true },
    { "copy_engines", CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT, GST_UNIT_NONE, 1, false },
    { "compute_mode", CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, GST_UNIT_NONE, 1, true },
    { "ecc_enabled", CU_DEVICE_ATTRIBUTE_ECC_ENABLED, GST_UNIT_NONE, 1, true },
    { "integrated", CU_DEVICE_ATTRIBUTE_INTEGRATED, GST_UNIT_NONE, 1, true },
    { "can_map_host_memory", CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, GST_UNIT_NONE, 1, false },
    { "unified_addressing", CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, GST_UNIT_NONE, 1, false },
    { "managed_memory", CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, GST_UNIT_NONE, 1, false },
    { "pageable_memory_access", CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS, GST_UNIT_NONE, 1,
      false },
    { "concurrent_kernels", CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS, GST_UNIT_NONE, 1, false },
    { "cooperative_launch", CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH, GST_UNIT_NONE, 1, false },
    { "kernel_time_limit", CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT, GST_UNIT_NONE, 1, false },
    { "memory_pools", CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, GST_UNIT_NONE, 1, false },
    { "gpu_direct_rdma", CU_DEVICE_ATTRIBUTE_GPU_DIRECT_RDMA_SUPPORTED, GST_UNIT_NONE, 1, false },
};

#define ATTRIBUTE_COUNT (sizeof(attribute_rows) / sizeof(attribute_rows[0]))

bool gst_facts_from_driver(struct gst_env *env, const struct gst_gpu *gpu, struct gst_status *st)
{
    static const char source[] = "driver";
    struct gst_report *report = env->report;

    gst_report_fact_text(report, gpu->index, source, "compute_capability", "%d.%d", gpu->cc_major,
                         gpu->cc_minor);
    gst_report_fact_number(report, gpu->index, source, "memory_total", GST_UNIT_BYTES,
                           (double)gpu->memory_total_bytes);
    gst_report_fact_number(report, gpu->index, source, "memory_peak", GST_UNIT_BYTES_PER_S,
                           gst_gpu_memory_peak_bytes_per_s(gpu));
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        const struct attribute_row *row = &attribute_rows[i];
        int value = 0;

        if (!GST_CU(env, st, cuDeviceGetAttribute, (&value, row->attribute, gpu->device)))
            return false;
        gst_report_fact_number(report, gpu->index, source, row->key, row->unit, value * row->scale);
    }
    return true;
}

bool gst_facts_from_runtime(struct gst_env *env, const struct gst_gpu *gpu, struct gst_status *st)
{
    static const char source[] = "runtime";
    struct gst_report *report = env->report;
    char pci_id[16] = "";
    int major = 0;
    int minor = 0;

    if (!GST_RT(env, st, cudaDeviceGetPCIBusId, (pci_id, (int)sizeof(pci_id), gpu->ordinal))
        || !GST_RT(env, st, cudaDeviceGetAttribute,
                   (&major, cudaDevAttrComputeCapabilityMajor, gpu->ordinal))
        || !GST_RT(env, st, cudaDeviceGetAttribute,
                   (&minor, cudaDevAttrComputeCapabilityMinor, gpu->ordinal)))
        return false;
    gst_pci_id_lower(pci_id);
    gst_report_fact_text(report, gpu->index, source, "pci_id", "%s", pci_id);
    gst_report_fact_text(report, gpu->index, source, "compute_capability", "%d.%d", major, minor);
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        const struct attribute_row *row = &attribute_rows[i];
        int value = 0;

        if (!row->is_common)
            continue;
        if (!GST_RT(env, st, cudaDeviceGetAttribute,
                    (&value, (enum cudaDeviceAttr)row->attribute, gpu->ordinal)))
            return false;
        gst_report_fact_number(report, gpu->index, source, row->key, row->unit, value * row->scale);
    }
    return true;
}

void gst_facts_from_sysfs(struct gst_env *env, const struct gst_gpu *gpu)
{
    static const struct {
        const char *file;
        const char *key;
    } rows[] = {
        { "numa_node", "numa_node" },           { "current_link_width", "pcie_width" },
        { "max_link_width", "pcie_width_max" }, { "current_link_speed", "pcie_speed" },
        { "max_link_speed", "pcie_speed_max" }, { "device", "pci_device_id" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[96];
        char text[64];
        char *end;
        double number;

        snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", gpu->pci_id, rows[i].file);
        if (!gst_root_read(env->root, path, text, sizeof(text)))
            continue;
        number = strtod(text, &end);
        if (*text != '\0' && *end == '\0' && strncmp(text, "0x", 2) != 0)
            gst_report_fact_number(env->report, gpu->index, "sysfs", rows[i].key, GST_UNIT_NONE,
                                   number);
        else
            gst_report_fact_text(env->report, gpu->index, "sysfs", rows[i].key, "%s", text);
    }
}
