/* SPDX-License-Identifier: Apache-2.0 */
/* From what the witnesses say to one cause; see absence.h. */
#include "gpu/absence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/cuda_abi.h"
#include "api/nvml_abi.h"

static bool is_asked_for(const char *asked)
{
    return asked != NULL && asked[0] != '\0' && strcmp(asked, "void") != 0
           && strcmp(asked, "none") != 0;
}

static bool explain_no_libcuda(const struct gst_absence *absence, struct gst_status *st)
{
    const struct gst_trace *trace = absence->trace;

    if (absence->libcuda_problem[0] != '\0')
        return gst_fail(st, GST_RUNTIME_LIBCUDA_MISSING, "libcuda.so.1 cannot be used: %s",
                        absence->libcuda_problem);
    if (trace->has_module)
        return gst_fail(st, GST_RUNTIME_LIBCUDA_MISSING,
                        "no libcuda.so.1, though the kernel module %s is loaded",
                        trace->module_version);
    if (trace->has_pci_device)
        return gst_fail(st, GST_HOST_MODULE_NOT_LOADED,
                        "NVIDIA GPU %s is on the PCI bus, but there is no kernel module and no "
                        "libcuda.so.1",
                        trace->pci_id);
    if (trace->has_wsl_node)
        return gst_fail(st, GST_RUNTIME_LIBCUDA_MISSING, "/dev/dxg is there, but no libcuda.so.1");
    if (trace->has_device_node)
        return gst_fail(st, GST_HOST_MODULE_NOT_LOADED,
                        "/dev/nvidiactl is there, but no kernel module and no libcuda.so.1");
    if (is_asked_for(absence->asked_for))
        return gst_fail(st, GST_RUNTIME_LIBCUDA_MISSING,
                        "NVIDIA_VISIBLE_DEVICES is '%.64s', but nothing was injected: no "
                        "libcuda.so.1, no device node",
                        absence->asked_for);
    return gst_fail(st, GST_HOST_NO_GPU,
                    "no NVIDIA device on the PCI bus, no kernel module, no libcuda.so.1");
}

/* Keeps call and code of what the driver said, and says more about it. */
static void retell(struct gst_status *st, enum gst_finding_id finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void retell(struct gst_status *st, enum gst_finding_id finding, const char *format, ...)
{
    va_list arguments;

    st->finding = finding;
    va_start(arguments, format);
    vsnprintf(st->cause, sizeof(st->cause), format, arguments);
    va_end(arguments);
}

static void explain_no_device(const struct gst_absence *absence, struct gst_status *st)
{
    const struct gst_trace *trace = absence->trace;

    if (absence->nvml_code == NVML_ERROR_DRIVER_NOT_LOADED)
        retell(st, GST_HOST_MODULE_NOT_LOADED,
               "'%.180s' is there, but no kernel module answers: cuInit says no device, NVML says "
               "driver not loaded (9)",
               absence->libcuda_path);
    else if (!trace->has_module && !trace->has_wsl_node)
        retell(st, GST_HOST_MODULE_NOT_LOADED,
               "'%.180s' is there, but no kernel module: cuInit says no device",
               absence->libcuda_path);
    else if (absence->nvml_lost > 0)
        retell(st, GST_HARDWARE_GPU_LOST, "cuInit says no device; NVML calls %d of %d GPUs lost",
               absence->nvml_lost, absence->nvml_gpus);
    else if (absence->visible != NULL)
        retell(st, GST_USER_ALL_GPUS_HIDDEN,
               "CUDA_VISIBLE_DEVICES is '%.64s' and leaves no GPU: cuInit says no device",
               absence->visible);
    else if (absence->nvml_gpus > 0)
        retell(st, GST_HOST_NVML_WITHOUT_CUDA, "NVML lists %d GPUs, cuInit says no device",
               absence->nvml_gpus);
    else if (!trace->has_pci_device && !trace->has_wsl_node)
        retell(st, GST_HOST_NO_GPU,
               "the driver is loaded, but no NVIDIA GPU is on the PCI bus: cuInit says no device");
    else
        retell(
            st, GST_RUNTIME_DEVICE_NODES,
            "the kernel module %s is loaded and a GPU is on the PCI bus%s: cuInit says no device",
            trace->module_version,
            trace->has_device_node ? "" : ", but there is no /dev/nvidiactl");
}

bool gst_absence_explain(const struct gst_absence *absence, struct gst_status *st)
{
    if (!absence->is_libcuda_open)
        return explain_no_libcuda(absence, st);
    *st = *absence->init;
    if (absence->nvml_code == NVML_ERROR_LIB_RM_VERSION_MISMATCH)
        st->finding = GST_HOST_DRIVER_MISMATCH;
    else if (st->code == CUDA_ERROR_NO_DEVICE)
        explain_no_device(absence, st);
    return false;
}
