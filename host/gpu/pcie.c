/* SPDX-License-Identifier: Apache-2.0 */
/* Asking NVML for the link, and naming what it lacks; see pcie.h. */
#include "gpu/pcie.h"

#include <stdio.h>

#include "gpu/error.h"

bool gst_pcie_link_read(struct gst_env *env, const struct gst_gpu *gpu, struct gst_pcie_link *link)
{
    struct gst_pcie_link now = { .pstate = -1 };
    nvmlPstates_t state = NVML_PSTATE_UNKNOWN;

    /* An instance shares the link of its GPU with others, whose traffic nobody here sees. */
    if (!env->has_nvml || gpu->nvml_physical == NULL || gpu->is_mig)
        return false;
    if (GST_NVML(env, nvmlDeviceGetCurrPcieLinkGeneration, (gpu->nvml_physical, &now.generation))
            != NVML_SUCCESS
        || GST_NVML(env, nvmlDeviceGetCurrPcieLinkWidth, (gpu->nvml_physical, &now.width))
               != NVML_SUCCESS
        || GST_NVML(env, nvmlDeviceGetMaxPcieLinkGeneration,
                    (gpu->nvml_physical, &now.generation_max))
               != NVML_SUCCESS
        || GST_NVML(env, nvmlDeviceGetMaxPcieLinkWidth, (gpu->nvml_physical, &now.width_max))
               != NVML_SUCCESS)
        return false;
    if (GST_NVML(env, nvmlDeviceGetPerformanceState, (gpu->nvml_physical, &state)) == NVML_SUCCESS
        && state != NVML_PSTATE_UNKNOWN)
        now.pstate = state;
    *link = now;
    return true;
}

static unsigned greater(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

void gst_pcie_link_raise(struct gst_pcie_link *link, const struct gst_pcie_link *reading)
{
    if (link->generation == 0) {
        *link = *reading;
        return;
    }
    link->generation = greater(link->generation, reading->generation);
    link->width = greater(link->width, reading->width);
    link->generation_max = greater(link->generation_max, reading->generation_max);
    link->width_max = greater(link->width_max, reading->width_max);
    if (reading->pstate >= 0 && (link->pstate < 0 || reading->pstate < link->pstate))
        link->pstate = reading->pstate;
}

enum gst_finding_id gst_pcie_link_explain(const struct gst_pcie_link *link)
{
    if (link->width < link->width_max)
        return GST_HARDWARE_PCIE_LINK_NARROW;
    if (link->generation < link->generation_max)
        return GST_HARDWARE_PCIE_LINK_SLOW;
    return GST_HARDWARE_SLOW;
}

const char *gst_pcie_link_describe(const struct gst_pcie_link *link, char *text, size_t size)
{
    char state[16] = "";

    if (link->generation == 0) {
        snprintf(text, size, "link not read");
        return text;
    }
    if (link->pstate >= 0)
        snprintf(state, sizeof(state), ", P%d", link->pstate);
    snprintf(text, size, "PCIe %u.0 x%u, GPU and slot can do %u.0 x%u%s", link->generation,
             link->width, link->generation_max, link->width_max, state);
    return text;
}

bool gst_gpu_is_behind_pcie(struct gst_env *env, const struct gst_gpu *gpu)
{
    struct gst_status ignored = GST_STATUS_INIT;
    int shares_page_tables = 0;

    if (gpu->is_integrated)
        return false;
    /* On Grace the GPU reads pageable memory through the CPU's page tables, over NVLink-C2C: CUDA
     * programming guide, unified memory on systems with full support. Drivers that do not know the
     * question are older than such machines. */
    return !GST_CU(env, &ignored, cuDeviceGetAttribute,
                   (&shares_page_tables,
                    CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS_USES_HOST_PAGE_TABLES, gpu->device))
           || shares_page_tables == 0;
}
