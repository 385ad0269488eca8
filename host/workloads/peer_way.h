/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two GPUs have to pass on the PCI bus to reach each other. Apart from its user, since a PCIe
 * link means one thing to sysfs and another to NVML.
 */
#ifndef GST_WORKLOADS_PEER_WAY_H
#define GST_WORKLOADS_PEER_WAY_H

#include <stdbool.h>

#include "core/root.h"

/* "PIX" and its like, in the words of nvidia-smi topo; NULL where the tree is not told, as in many
 * virtual machines. Constant text. */
const char *gst_peer_way(const struct gst_root *root, const char *one_pci_id,
                         const char *other_pci_id);

/* True if PCIe switches alone forward what they send each other. A host bridge, as a rule the CPU,
 * forwards from port to port at whatever rate its model can, of which there are no reports to make
 * a floor of. */
bool gst_peer_way_is_below_switch(const struct gst_root *root, const char *one_pci_id,
                                  const char *other_pci_id);

#endif
