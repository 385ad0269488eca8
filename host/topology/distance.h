/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far apart two devices are on the PCI bus, in the words of `nvidia-smi topo -mp` (the manual
 * page of nvidia-smi; nvmlGpuTopologyLevel_t of NVML). Pure.
 */
#ifndef GST_TOPOLOGY_DISTANCE_H
#define GST_TOPOLOGY_DISTANCE_H

#include "topology/pci.h"

/* X(name, word, meaning): the nearest first. */
#define GST_DISTANCES(X)                                                                           \
    X(SELF, "X", "the device itself")                                                              \
    X(PIX, "PIX", "no more than one PCIe switch is passed")                                        \
    X(PXB, "PXB", "several PCIe switches are passed, but no host bridge")                          \
    X(PHB, "PHB", "one PCIe host bridge is passed, which as a rule is the CPU's")                  \
    X(NODE, "NODE", "host bridges of one NUMA node, and what connects them, are passed")           \
    X(SYS, "SYS", "what connects NUMA nodes is passed, or the firmware names no node")

enum gst_distance {
#define GST_DISTANCE_ROW(name, word, meaning) GST_DISTANCE_##name,
    GST_DISTANCES(GST_DISTANCE_ROW)
#undef GST_DISTANCE_ROW
        GST_DISTANCE_COUNT
};

/* The same both ways. Where the tree is not told (no host bridge), nodes alone decide. Functions of
 * one board share its link and are PIX, as nvidia-smi has them. */
enum gst_distance gst_distance_between(const struct gst_pci_device *one,
                                       const struct gst_pci_device *other);

/* How many ports from the host bridge down both ways share. */
size_t gst_distance_common_ports(const struct gst_pci_device *one,
                                 const struct gst_pci_device *other);

/* "PIX", and one clause of explanation. */
const char *gst_distance_word(enum gst_distance distance);
const char *gst_distance_meaning(enum gst_distance distance);

#endif
