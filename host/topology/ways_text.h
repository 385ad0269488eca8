/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people: what IOMMU and ACS do to requests between the devices of a machine, and what that
 * does to copies.
 */
#ifndef GST_TOPOLOGY_WAYS_TEXT_H
#define GST_TOPOLOGY_WAYS_TEXT_H

#include <stdio.h>

#include "topology/topology.h"

/* Nothing of a machine without GPUs, or with one and no adapter. */
void gst_ways_write_text(const struct gst_topology *topology, FILE *out);

#endif
