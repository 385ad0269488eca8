/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is published of CUDA's releases: the CUDA version of each driver branch, and which GPU
 * architectures each toolkit has code for. Versions are counted as CUDA does: 12040 is 12.4.
 */
#ifndef GST_CORE_CUDA_RELEASES_H
#define GST_CORE_CUDA_RELEASES_H

#include <stdbool.h>
#include <stddef.h>

struct gst_driver_branch {
    int branch; /* 550 */
    int cuda;   /* what cuDriverGetVersion returns: 12040 */
};

struct gst_cuda_arch {
    int capability; /* 90 is 9.0 */
    int first;      /* CUDA version whose nvcc took it first */
    int last;       /* and last; 0 if it still does */
};

/* Both in rising order; for the lint of the tables. */
const struct gst_driver_branch *gst_driver_branches(size_t *count);
const struct gst_cuda_arch *gst_cuda_archs(size_t *count);

/* The CUDA version of a driver ("550.54.14"), by its branch; 0 if the branch is not in the table.
 */
int gst_cuda_of_driver(const char *driver);

/* True if the toolkit major.minor compiles for this capability (90), and where the capability is
 * not in the table: nothing is known against it then. */
bool gst_cuda_release_knows_arch(int major, int minor, int capability);

#endif
