/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of NVML; see nvml_finding.h. */
#include "audit/nvml_finding.h"

#include <stddef.h>

#include "api/nvml_abi.h"

struct meaning {
    int code;
    enum gst_finding_id finding;
    const char *words;
};

/* NVML API reference, nvmlReturn_t. Codes that are not here say that NVML failed, and no more. */
static const struct meaning meanings[] = {
    { NVML_SUCCESS, GST_NO_FINDING, "success" },
    { NVML_ERROR_NO_PERMISSION, GST_USER_NODE_PERMISSIONS, "insufficient permissions" },
    { NVML_ERROR_INSUFFICIENT_POWER, GST_HOST_NVML_FAILED, "power cables not attached" },
    { NVML_ERROR_DRIVER_NOT_LOADED, GST_HOST_MODULE_NOT_LOADED, "driver not loaded" },
    { NVML_ERROR_TIMEOUT, GST_HOST_NVML_FAILED, "timeout" },
    { NVML_ERROR_IRQ_ISSUE, GST_HOST_NVML_FAILED, "interrupt request issue" },
    { NVML_ERROR_LIBRARY_NOT_FOUND, GST_RUNTIME_NVML_MISSING, "library not found" },
    { NVML_ERROR_GPU_IS_LOST, GST_HARDWARE_GPU_LOST, "GPU is lost" },
    { NVML_ERROR_RESET_REQUIRED, GST_HOST_GPU_NEEDS_RESET, "GPU requires reset" },
    { NVML_ERROR_OPERATING_SYSTEM, GST_RUNTIME_CGROUP_DENIES,
      "control device blocked by the operating system" },
    { NVML_ERROR_LIB_RM_VERSION_MISMATCH, GST_HOST_DRIVER_MISMATCH,
      "driver/library version mismatch" },
    { NVML_ERROR_MEMORY, GST_HOST_NVML_FAILED, "insufficient memory" },
    { NVML_ERROR_NOT_READY, GST_HOST_NVML_FAILED, "system not ready" },
    { NVML_ERROR_GPU_NOT_FOUND, GST_RUNTIME_DEVICE_NODES, "no GPU found" },
    { NVML_ERROR_UNKNOWN, GST_HOST_NVML_FAILED, "unknown error" },
};

static const struct meaning *find(int code)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].code == code)
            return &meanings[i];
    }
    return NULL;
}

enum gst_finding_id gst_nvml_finding(int code)
{
    const struct meaning *meaning = find(code);

    return meaning != NULL ? meaning->finding : GST_HOST_NVML_FAILED;
}

const char *gst_nvml_words(int code)
{
    const struct meaning *meaning = find(code);

    return meaning != NULL ? meaning->words : "other error";
}
