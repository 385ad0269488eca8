/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels as data: every image that the build's CUDA compilers made, embedded in the program.
 * A program picks one by toolkit version and driver; without any compiler the pack is empty.
 */
#ifndef GST_KERNELS_PACK_H
#define GST_KERNELS_PACK_H

#include <stdbool.h>
#include <stddef.h>

struct gst_kernel_image {
    const char *file;    /* basename of the .cu: "vector_add" */
    int toolkit_version; /* of the nvcc, counted as cuDriverGetVersion does: 13000 */
    bool ptx_only;       /* made to prove that the driver's JIT works: holds no native code */
    const char *native;  /* "75 80 86": architectures with native code, ascending; "" if none */
    const char *ptx;     /* "121": architectures with PTX, ascending */
    const void *data;    /* a fatbin, 64-byte aligned */
    size_t size_bytes;
};

/* Ordered by toolkit version, then by file, the PTX-only image of a file last. */
extern const struct gst_kernel_image gst_kernel_images[];
extern const size_t gst_kernel_image_count;

#endif
