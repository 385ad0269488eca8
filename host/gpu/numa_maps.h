/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Linux tells of the memory of this process by NUMA node, in /proc/self/numa_maps: a line for
 * each mapping, with its first address, its policy, and how many of its pages are at which node.
 * Some kernels and sandboxes have no such file, and pages that a driver maps may be counted
 * nowhere.
 */
#ifndef GST_GPU_NUMA_MAPS_H
#define GST_GPU_NUMA_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/root.h"

/* "0-1": the nodes that numactl(8) binds the process to or makes it prefer. False if there is no
 * such policy. */
bool gst_numa_maps_binding(const struct gst_root *root, char *nodes, size_t size);

/* "N0=512 N1=3": the pages of the mapping that holds `address`, as far as they are counted. False
 * if none is. */
bool gst_numa_maps_pages(const struct gst_root *root, const void *address, char *pages,
                         size_t size);

/* The same of text; for the first, that of the first mapping, which has no policy of its own and
 * shows the process's. For the second, of one line. Pure. */
bool gst_numa_line_binding(const char *line, char *nodes, size_t size);
bool gst_numa_line_pages(const char *line, char *pages, size_t size);

#endif
