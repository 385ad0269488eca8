/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts from NVML. What a board does not have (ECC on a desktop GPU, MIG on a T4) is answered with
 * "not supported" and left out; units are those of NVML's reference manual.
 */
#include "gpu/facts.h"

#include <string.h>

#include "gpu/clock_reasons.h"
#include "gpu/error.h"

#define SOURCE "nvml"

struct unsigned_row {
    const char *function;
    const char *key;
    size_t offset; /* of the function in struct gst_nvml */
    enum gst_unit unit;
    double scale;
};

typedef nvmlReturn_t (*ask_unsigned)(nvmlDevice_t device, unsigned int *value);

#define ROW(function, key, unit, scale)                                                            \
    {                                                                                              \
#function, key, offsetof(struct gst_nvml, function), unit, scale                           \
    }

/* Of the physical GPU: a MIG instance has no link, clock or power of its own. */
static const struct unsigned_row unsigned_rows[] = {
    ROW(nvmlDeviceGetCurrPcieLinkGeneration, "pcie_generation", GST_UNIT_NONE, 1),
    ROW(nvmlDeviceGetMaxPcieLinkGeneration, "pcie_generation_max", GST_UNIT_NONE, 1),
    ROW(nvmlDeviceGetGpuMaxPcieLinkGeneration, "pcie_generation_gpu", GST_UNIT_NONE, 1),
    ROW(nvmlDeviceGetCurrPcieLinkWidth, "pcie_width", GST_UNIT_NONE, 1),
    ROW(nvmlDeviceGetMaxPcieLinkWidth, "pcie_width_max", GST_UNIT_NONE, 1),
    ROW(nvmlDeviceGetPowerManagementLimit, "power_limit", GST_UNIT_WATTS, 1e-3),
    ROW(nvmlDeviceGetPowerManagementDefaultLimit, "power_limit_default", GST_UNIT_WATTS, 1e-3),
    ROW(nvmlDeviceGetEnforcedPowerLimit, "power_limit_enforced", GST_UNIT_WATTS, 1e-3),
    ROW(nvmlDeviceGetPowerUsage, "power_draw", GST_UNIT_WATTS, 1e-3),
};

static void ask_unsigned_rows(struct gst_env *env, const struct gst_gpu *gpu)
{
    for (size_t i = 0; i < sizeof(unsigned_rows) / sizeof(unsigned_rows[0]); i++) {
        const struct unsigned_row *row = &unsigned_rows[i];
        ask_unsigned ask;
        unsigned int value = 0;

        memcpy(&ask, (const char *)&env->libs.nvml + row->offset, sizeof(ask));
        if (ask == NULL)
            continue;
        gst_call_enter(env, row->function);
        if (gst_nvml_result(env, ask(gpu->nvml_physical, &value)) == NVML_SUCCESS)
            gst_report_fact_number(env->report, gpu->index, SOURCE, row->key, row->unit,
                                   value * row->scale);
    }
}

static void ask_clocks(struct gst_env *env, const struct gst_gpu *gpu)
{
    static const struct {
        const char *key;
        const char *key_max;
        nvmlClockType_t type;
    } rows[] = {
        { "sm_clock_now", "sm_clock_max", NVML_CLOCK_SM },
        { "memory_clock_now", "memory_clock_max", NVML_CLOCK_MEM },
    };
    unsigned int mhz = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (GST_NVML(env, nvmlDeviceGetClockInfo, (gpu->nvml_physical, rows[i].type, &mhz))
            == NVML_SUCCESS)
            gst_report_fact_number(env->report, gpu->index, SOURCE, rows[i].key, GST_UNIT_HERTZ,
                                   mhz * 1e6);
        if (GST_NVML(env, nvmlDeviceGetMaxClockInfo, (gpu->nvml_physical, rows[i].type, &mhz))
            == NVML_SUCCESS)
            gst_report_fact_number(env->report, gpu->index, SOURCE, rows[i].key_max, GST_UNIT_HERTZ,
                                   mhz * 1e6);
    }
}

static void ask_clock_limits(struct gst_env *env, const struct gst_gpu *gpu)
{
    unsigned long long reasons = 0;
    char text[GST_TEXT_SIZE];

    if (gst_clock_reasons_read(env, gpu, &reasons))
        gst_report_fact_text(env->report, gpu->index, SOURCE, "clock_limits", "%s",
                             gst_clock_reasons_describe(reasons, text, sizeof(text)));
}

static void ask_texts(struct gst_env *env, const struct gst_gpu *gpu)
{
    char text[96];

    if (GST_NVML(env, nvmlDeviceGetName, (gpu->nvml, text, (unsigned)sizeof(text))) == NVML_SUCCESS)
        gst_report_fact_text(env->report, gpu->index, SOURCE, "name", "%s", text);
    if (GST_NVML(env, nvmlDeviceGetUUID, (gpu->nvml, text, (unsigned)sizeof(text))) == NVML_SUCCESS)
        gst_report_fact_text(env->report, gpu->index, SOURCE, "uuid", "%s", text);
    if (GST_NVML(env, nvmlDeviceGetVbiosVersion, (gpu->nvml_physical, text, (unsigned)sizeof(text)))
        == NVML_SUCCESS)
        gst_report_fact_text(env->report, gpu->index, SOURCE, "vbios", "%s", text);
    if (GST_NVML(env, nvmlDeviceGetSerial, (gpu->nvml_physical, text, (unsigned)sizeof(text)))
        == NVML_SUCCESS)
        gst_report_fact_text(env->report, gpu->index, SOURCE, "serial", "%s", text);
}

static void ask_identity(struct gst_env *env, const struct gst_gpu *gpu)
{
    nvmlPciInfo_t pci = { .domain = 0 };
    unsigned int index = 0;
    int major = 0;
    int minor = 0;

    if (GST_NVML(env, nvmlDeviceGetPciInfo, (gpu->nvml_physical, &pci)) == NVML_SUCCESS)
        gst_report_fact_text(env->report, gpu->index, SOURCE, "pci_id", "%04x:%02x:%02x.0",
                             pci.domain, pci.bus, pci.device);
    /* CUDA counts the fastest first unless CUDA_DEVICE_ORDER says otherwise, nvidia-smi by PCI id.
     */
    if (GST_NVML(env, nvmlDeviceGetIndex, (gpu->nvml_physical, &index)) == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "nvidia_smi_index", GST_UNIT_NONE,
                               index);
    if (GST_NVML(env, nvmlDeviceGetCudaComputeCapability, (gpu->nvml, &major, &minor))
        == NVML_SUCCESS)
        gst_report_fact_text(env->report, gpu->index, SOURCE, "compute_capability", "%d.%d", major,
                             minor);
}

static void ask_memory(struct gst_env *env, const struct gst_gpu *gpu)
{
    nvmlMemory_t memory = { .total = 0 };
    unsigned int bits = 0;

    if (GST_NVML(env, nvmlDeviceGetMemoryInfo, (gpu->nvml, &memory)) == NVML_SUCCESS) {
        gst_report_fact_number(env->report, gpu->index, SOURCE, "memory_total", GST_UNIT_BYTES,
                               (double)memory.total);
        gst_report_fact_number(env->report, gpu->index, SOURCE, "memory_used", GST_UNIT_BYTES,
                               (double)memory.used);
    }
    if (!gpu->is_mig
        && GST_NVML(env, nvmlDeviceGetMemoryBusWidth, (gpu->nvml_physical, &bits)) == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "memory_bus_width", GST_UNIT_BITS,
                               bits);
}

static void ask_modes(struct gst_env *env, const struct gst_gpu *gpu)
{
    unsigned int current = 0;
    unsigned int pending = 0;
    nvmlEnableState_t enabled = 0;
    nvmlEnableState_t enabled_next = 0;
    nvmlComputeMode_t mode = 0;
    unsigned long long errors = 0;
    unsigned int celsius = 0;

    if (GST_NVML(env, nvmlDeviceGetMigMode, (gpu->nvml_physical, &current, &pending))
        == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "mig_mode", GST_UNIT_NONE, current);
    if (GST_NVML(env, nvmlDeviceGetEccMode, (gpu->nvml_physical, &enabled, &enabled_next))
        == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "ecc_enabled", GST_UNIT_NONE,
                               enabled);
    if (GST_NVML(env, nvmlDeviceGetComputeMode, (gpu->nvml_physical, &mode)) == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "compute_mode", GST_UNIT_NONE,
                               mode);
    if (GST_NVML(env, nvmlDeviceGetPersistenceMode, (gpu->nvml_physical, &enabled)) == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "persistence_mode", GST_UNIT_NONE,
                               enabled);
    if (GST_NVML(
            env, nvmlDeviceGetTotalEccErrors,
            (gpu->nvml_physical, NVML_MEMORY_ERROR_TYPE_UNCORRECTED, NVML_VOLATILE_ECC, &errors))
        == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "ecc_uncorrected", GST_UNIT_NONE,
                               (double)errors);
    if (GST_NVML(env, nvmlDeviceGetTemperature,
                 (gpu->nvml_physical, NVML_TEMPERATURE_GPU, &celsius))
        == NVML_SUCCESS)
        gst_report_fact_number(env->report, gpu->index, SOURCE, "temperature", GST_UNIT_CELSIUS,
                               celsius);
}

void gst_facts_from_nvml(struct gst_env *env, const struct gst_gpu *gpu)
{
    if (gpu->nvml == NULL || gpu->nvml_physical == NULL)
        return;
    ask_texts(env, gpu);
    ask_identity(env, gpu);
    ask_memory(env, gpu);
    ask_modes(env, gpu);
    ask_unsigned_rows(env, gpu);
    ask_clocks(env, gpu);
    ask_clock_limits(env, gpu);
}
