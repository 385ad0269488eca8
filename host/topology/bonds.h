/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many NVLinks two GPUs have between them: those that lead from one to the other, and those by
 * which both reach switches. Pure, but for a look at what a far end is.
 */
#ifndef GST_TOPOLOGY_BONDS_H
#define GST_TOPOLOGY_BONDS_H

#include "topology/nvlink.h"
#include "topology/topology.h"

/* Puts NVML's answer into `topology`, or why there is none. A far end that is none of the GPUs here
 * is a switch if `root` shows one of NVIDIA's bridges there or nothing at all, as in a virtual
 * machine; it is none if it shows a GPU that is not this container's, or a CPU of IBM's. */
void gst_bonds_add(struct gst_topology *topology, const struct gst_root *root,
                   const struct gst_nvlink_answer *answer);

/* 0 if there are none, or none are told. */
unsigned gst_bonds_between(const struct gst_topology *topology, size_t one, size_t other);

/* "NV18", or the class of the PCI path of any two devices: NVLinks come first, as nvidia-smi has
 * it. Constant, or in `text`. */
const char *gst_bonds_word(const struct gst_topology *topology, size_t one, size_t other,
                           char text[16]);

#endif
