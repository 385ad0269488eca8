/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NUMA nodes by their processors.
 */
#ifndef GST_TOPOLOGY_NODES_H
#define GST_TOPOLOGY_NODES_H

#include <stddef.h>

#include "core/root.h"

/* The nodes that these processors ("0-31,64-95") belong to, as a list of the same form; empty where
 * sysfs shows none. Returns `text`. */
const char *gst_nodes_of_cpus(const struct gst_root *root, const char *cpus, char *text,
                              size_t size);

#endif
