/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The topology as a picture: NUMA nodes, host bridges and shared ports above the devices, and below
 * them the matrix in colours, the nearer the darker.
 */
#ifndef GST_TOPOLOGY_SVG_H
#define GST_TOPOLOGY_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "topology/topology.h"

/* Writes one SVG document, with the word SIMULATED if it shows no machine. False if `out` refused
 * it. */
bool gst_topology_write_svg(const struct gst_topology *topology, bool is_simulated, FILE *out);

#endif
