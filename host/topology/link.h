/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One PCI Express link as sysfs words it: generation and width. Pure.
 */
#ifndef GST_TOPOLOGY_LINK_H
#define GST_TOPOLOGY_LINK_H

#include <stdbool.h>

/* 0 stands for not known, in either. */
struct gst_pci_link {
    unsigned generation; /* 1 to 6 */
    unsigned width;      /* lanes */
};

/* From `max_link_speed` or `current_link_speed` ("16.0 GT/s PCIe", on older kernels "8 GT/s") and
 * the width beside it ("16"). What is not understood stays 0; a width that the base specification
 * does not have (1, 2, 4, 8, 12, 16, 32) is not known either: an empty slot says 0 or 63. */
struct gst_pci_link gst_pci_link_parse(const char *speed, const char *width);

bool gst_pci_link_is_known(struct gst_pci_link link);

/* Bytes per second in one direction after the line code, before packet headers; 0 if not known.
 * PCI Express base specification: 8b/10b up to generation 2, 128b/130b up to 5, 242 bytes of each
 * 256-byte flit in 6. */
double gst_pci_link_rate(struct gst_pci_link link);

/* What both ends of a link can do; an end that says nothing does not limit. */
struct gst_pci_link gst_pci_link_common(struct gst_pci_link one, struct gst_pci_link other);

#endif
