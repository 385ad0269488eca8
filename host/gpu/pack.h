/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the embedded kernel images a driver and a GPU can take. Pure, so that every row of the
 * compatibility rules has a test.
 */
#ifndef GST_GPU_PACK_H
#define GST_GPU_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"
#include "kernels/pack.h"

/* What is asked for. */
struct gst_pack_query {
    const char *file;   /* "vector_add" */
    bool ptx_only;      /* the image that proves the JIT */
    int driver_version; /* cuDriverGetVersion */
    int cc_major;
    int cc_minor;
};

/* The image of the newest toolkit that the driver takes and the GPU can run, native code before
 * PTX; NULL with the reason in `st`: image.no-kernels, host.driver-too-old-for-kernels or
 * image.kernels-for-other-gpu.
 *
 * Rules (CUDA compatibility guide, "minor version compatibility"; CUDA programming guide, "binary
 * compatibility", "PTX compatibility"): a driver takes native code of any toolkit of its own CUDA
 * major version or an older one; native code runs within one major compute capability, from its own
 * minor on; PTX runs on its own compute capability or a later one, and only if its toolkit is not
 * newer than the driver's CUDA version. That last rule is left to the driver where PTX is asked for
 * on purpose: its refusal is what the caller wants to see. */
const struct gst_kernel_image *gst_pack_choose(const struct gst_kernel_image *images, size_t count,
                                               const struct gst_pack_query *query,
                                               struct gst_status *st);

/* True if one of the architectures ("75 80 90") is native code that the GPU runs. */
bool gst_pack_has_native(const char *architectures, int cc_major, int cc_minor);

/* The highest architecture of a list that is not above the GPU's own, 0 if none. */
int gst_pack_best_ptx(const char *architectures, int cc_major, int cc_minor);

#endif
