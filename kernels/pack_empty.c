/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pack of a build without a CUDA compiler.
 */
#include "kernels/pack.h"

/* ISO C knows no empty array; the count says that the one row is not there. */
const struct gst_kernel_image gst_kernel_images[] = { { .file = "", .native = "", .ptx = "" } };
const size_t gst_kernel_image_count = 0;
