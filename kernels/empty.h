/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel empty: does nothing, so that a launch costs what a launch costs.
 */
#ifndef GST_KERNELS_EMPTY_H
#define GST_KERNELS_EMPTY_H

#include <stdint.h>

/* A kernel has one struct; C has no empty one. */
struct gst_empty_args {
    uint64_t unused;
};

#endif
