/* SPDX-License-Identifier: Apache-2.0 */
/* The compatibility rules of native code and PTX; see pack.h. */
#include "gpu/pack.h"

#include <stdlib.h>
#include <string.h>

#include "api/version.h"

bool gst_pack_has_native(const char *architectures, int cc_major, int cc_minor)
{
    for (char *end; *architectures != '\0'; architectures = end) {
        const long architecture = strtol(architectures, &end, 10);

        if (end == architectures)
            return false;
        if (architecture / 10 == cc_major && architecture % 10 <= cc_minor)
            return true;
    }
    return false;
}

int gst_pack_best_ptx(const char *architectures, int cc_major, int cc_minor)
{
    int best = 0;

    for (char *end; *architectures != '\0'; architectures = end) {
        const int architecture = (int)strtol(architectures, &end, 10);

        if (end == architectures)
            return best;
        if (architecture <= cc_major * 10 + cc_minor && architecture > best)
            best = architecture;
    }
    return best;
}

/* 0: the GPU cannot run it; 1: by PTX; 2: native code. */
static int suitability(const struct gst_kernel_image *image, const struct gst_pack_query *query)
{
    if (gst_pack_has_native(image->native, query->cc_major, query->cc_minor))
        return 2;
    if ((image->ptx_only || image->toolkit_version <= query->driver_version)
        && gst_pack_best_ptx(image->ptx, query->cc_major, query->cc_minor) != 0)
        return 1;
    return 0;
}

const struct gst_kernel_image *gst_pack_choose(const struct gst_kernel_image *images, size_t count,
                                               const struct gst_pack_query *query,
                                               struct gst_status *st)
{
    const struct gst_kernel_image *best = NULL;
    int best_suitability = 0;
    int oldest_toolkit = 0;
    bool has_driver_fit = false;

    for (size_t i = 0; i < count; i++) {
        const struct gst_kernel_image *image = &images[i];
        const int suits = suitability(image, query);

        if (strcmp(image->file, query->file) != 0 || image->ptx_only != query->ptx_only)
            continue;
        if (oldest_toolkit == 0 || image->toolkit_version < oldest_toolkit)
            oldest_toolkit = image->toolkit_version;
        if (gst_cuda_major(image->toolkit_version) > gst_cuda_major(query->driver_version))
            continue;
        has_driver_fit = true;
        /* Images come in rising toolkit versions, so among equals the newest stays. */
        if (suits > 0 && suits >= best_suitability) {
            best = image;
            best_suitability = suits;
        }
    }
    if (best != NULL)
        return best;
    if (oldest_toolkit == 0)
        gst_fail(st, GST_IMAGE_NO_KERNELS, "this build carries no image of kernel '%s'",
                 query->file);
    else if (!has_driver_fit)
        gst_fail(st, GST_HOST_DRIVER_TOO_OLD_FOR_KERNELS,
                 "the kernels need a driver of CUDA %d.0 or newer, this driver is of CUDA %d.%d",
                 gst_cuda_major(oldest_toolkit), gst_cuda_major(query->driver_version),
                 gst_cuda_minor(query->driver_version));
    else
        gst_fail(st, GST_IMAGE_KERNELS_FOR_OTHER_GPU,
                 "no native code or PTX of kernel '%s' runs on compute capability %d.%d",
                 query->file, query->cc_major, query->cc_minor);
    return NULL;
}
