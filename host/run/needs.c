/* SPDX-License-Identifier: Apache-2.0 */
/* Needs against what is there; see needs.h. */
#include "run/needs.h"

#include <stdio.h>

#include "core/units.h"

static bool lack(char *reason, size_t size, const char *text, enum gst_finding_id finding,
                 enum gst_finding_id *blocked_by)
{
    snprintf(reason, size, "%s", text);
    *blocked_by = finding;
    return false;
}

bool gst_needs_met(const struct gst_needs *needs, const struct gst_offer *offer, char *reason,
                   size_t size, enum gst_finding_id *blocked_by)
{
    *blocked_by = GST_NO_FINDING;
    if (offer->gpus < needs->gpus) {
        snprintf(reason, size, "needs %d GPU%s, %d %s selected", needs->gpus,
                 gst_plural(needs->gpus), offer->gpus, offer->gpus == 1 ? "is" : "are");
        return false;
    }
    if (needs->kernels && !offer->kernels)
        return lack(reason, size, "needs kernels, and this build carries none",
                    GST_IMAGE_NO_KERNELS, blocked_by);
    if (needs->runtime && !offer->runtime)
        return lack(reason, size, "needs the CUDA runtime (libcudart), which cannot be used here",
                    GST_NO_FINDING, blocked_by);
    if (needs->nvml && !offer->nvml)
        return lack(reason, size, "needs NVML (libnvidia-ml), which cannot be used here",
                    GST_NO_FINDING, blocked_by);
    return true;
}
