/* SPDX-License-Identifier: Apache-2.0 */
/* Links below what they should be; see blame.h. */
#include "collective/way/blame.h"

#include <stdio.h>

#include "core/report.h"
#include "gpu/pcie.h"

static bool tell_nvlinks(const struct gst_way_site *site, const struct gst_env *env,
                         const struct gst_peers *peers, const int *gpus, int *gpu, char *why,
                         size_t size)
{
    char text[128];

    for (int i = 0; i < site->ranks; i++) {
        if (gpus[i] < 0 || !gst_nvlinks_are_missing(&peers->links, gpus[i]))
            continue;
        *gpu = env->gpus[gpus[i]].index;
        snprintf(why, size, "gpu %d: %s", *gpu,
                 gst_nvlinks_describe(&peers->links, gpus[i], text, sizeof(text)));
        return true;
    }
    return false;
}

static bool tell_pcie(const struct gst_way_site *site, struct gst_env *env, const int *gpus,
                      int *gpu, char *why, size_t size)
{
    char text[128];

    for (int i = 0; i < site->ranks; i++) {
        struct gst_pcie_link link = { 0 };

        if (gpus[i] < 0 || !gst_pcie_link_read(env, &env->gpus[gpus[i]], &link)
            || link.width >= link.width_max)
            continue;
        *gpu = env->gpus[gpus[i]].index;
        snprintf(why, size, "gpu %d: %s", *gpu, gst_pcie_link_describe(&link, text, sizeof(text)));
        return true;
    }
    return false;
}

enum gst_finding_id gst_way_blame(const struct gst_way_site *site, struct gst_env *env,
                                  const struct gst_peers *peers, const int *gpus, int *gpu,
                                  char *why, size_t size)
{
    *gpu = GST_NO_GPU;
    if (site->kind == GST_WAY_KIND_NVLINK) {
        if (tell_nvlinks(site, env, peers, gpus, gpu, why, size))
            return GST_HARDWARE_NVLINK_DOWN;
        snprintf(why, size,
                 "every NVLink that should be up is: gpu-selftest peer-copy tells which "
                 "pair is slow");
        return GST_HARDWARE_NVLINK_SLOW;
    }
    if (tell_pcie(site, env, gpus, gpu, why, size))
        return GST_HARDWARE_PCIE_LINK_NARROW;
    snprintf(why, size,
             "every PCIe link has its lanes: gpu-selftest host-copy and peer-copy tell "
             "which is slow");
    return GST_HARDWARE_SLOW;
}
