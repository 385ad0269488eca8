/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The topology for people: the matrix with the meaning of `nvidia-smi topo -m`, what its words
 * mean, and the PCI Express links of each GPU.
 */
#ifndef GST_TOPOLOGY_MATRIX_H
#define GST_TOPOLOGY_MATRIX_H

#include <stdbool.h>
#include <stdio.h>

#include "topology/topology.h"

/* False if `out` refused it. */
bool gst_topology_write_text(const struct gst_topology *topology, FILE *out);

#endif
