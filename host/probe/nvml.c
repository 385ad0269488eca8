/* SPDX-License-Identifier: Apache-2.0 */
/* What NVML says: whether it reaches the driver, both versions, and who each GPU is. */
#include <stdio.h>

#include "api/nvml_abi.h"
#include "probe/probe.h"

#define FUNCTION(result, name, version, arguments, needed) result(*name) arguments;
#define BIND(result, name, version, arguments, needed)                                             \
    gst_probe_bind(handle, symbols.name, &nvml->name);

struct nvml {
    GST_NVML_API(FUNCTION)
};

static const struct {
    GST_NVML_API(GST_PROBE_SYMBOL_MEMBER)
} symbols = { GST_NVML_API(GST_PROBE_SYMBOL) };

#define CALL(name, arguments) GST_PROBE_CALL(probe, nvml, &symbols, name, arguments)

static void bind_all(struct nvml *nvml, void *handle)
{
    GST_NVML_API(BIND)
}

static void ask_versions(struct gst_probe *probe, const struct nvml *nvml, bool is_started)
{
    char text[NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE] = "";

    /* It is the library's own: it answers, too, where it finds no driver or one of another version,
     * and says then which version it is. */
    if (CALL(nvmlSystemGetNVMLVersion, (text, sizeof(text))))
        gst_probe_say(probe, "call %s 0 %s", symbols.nvmlSystemGetNVMLVersion, text);
    if (is_started && CALL(nvmlSystemGetDriverVersion, (text, sizeof(text))))
        gst_probe_say(probe, "call %s 0 %s", symbols.nvmlSystemGetDriverVersion, text);
}

/* A board without MIG says "not supported", which is an answer like any other. */
static bool has_mig_enabled(const struct gst_probe *probe, const struct nvml *nvml,
                            nvmlDevice_t device)
{
    unsigned current = NVML_DEVICE_MIG_DISABLE, pending = NVML_DEVICE_MIG_DISABLE;
    nvmlReturn_t result;

    if (nvml->nvmlDeviceGetMigMode == NULL)
        return false;
    gst_probe_enter(probe, symbols.nvmlDeviceGetMigMode);
    result = nvml->nvmlDeviceGetMigMode(device, &current, &pending);
    if (result != NVML_ERROR_NOT_SUPPORTED)
        gst_probe_is_ok(probe, symbols.nvmlDeviceGetMigMode, result);
    return result == NVML_SUCCESS && current == NVML_DEVICE_MIG_ENABLE;
}

static void ask_gpu(struct gst_probe *probe, const struct nvml *nvml, unsigned index)
{
    nvmlDevice_t device = NULL;
    nvmlPciInfo_t pci = { .domain = 0 };
    char uuid[NVML_DEVICE_UUID_V2_BUFFER_SIZE] = "", place[48] = "", node[32] = "";
    unsigned minor = 0;

    if (!CALL(nvmlDeviceGetHandleByIndex, (index, &device)))
        return;
    if (CALL(nvmlDeviceGetUUID, (device, uuid, sizeof(uuid))))
        uuid[sizeof(uuid) - 1] = '\0';
    if (CALL(nvmlDeviceGetPciInfo, (device, &pci)))
        snprintf(place, sizeof(place), " pci=%04x:%02x:%02x.0", pci.domain, pci.bus, pci.device);
    if (CALL(nvmlDeviceGetMinorNumber, (device, &minor)))
        snprintf(node, sizeof(node), " minor=%u", minor);
    gst_probe_say(probe, "nvml-gpu %u%s%s%s%s%s", index, uuid[0] != '\0' ? " uuid=" : "", uuid,
                  place, node, has_mig_enabled(probe, nvml, device) ? " mig=enabled" : "");
}

void gst_probe_nvml(struct gst_probe *probe, void *handle)
{
    struct nvml table, *nvml = &table;
    unsigned count = 0;
    bool is_started;

    bind_all(nvml, handle);
    is_started = CALL(nvmlInit, ());
    if (is_started)
        gst_probe_say(probe, "call %s 0", symbols.nvmlInit);
    ask_versions(probe, nvml, is_started);
    if (!is_started || !CALL(nvmlDeviceGetCount, (&count)))
        return;
    gst_probe_say(probe, "call %s 0 %u", symbols.nvmlDeviceGetCount, count);
    for (unsigned i = 0; i < count; i++) {
        probe->gpu = (int)i;
        ask_gpu(probe, nvml, i);
    }
    probe->gpu = -1;
}
