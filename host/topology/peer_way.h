/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a request that one device sends to another over PCI Express: does a switch hand
 * it over, or does it go up to the CPU, and is it translated there? For topology and for whoever
 * has to explain a slow or a lost copy.
 */
#ifndef GST_TOPOLOGY_PEER_WAY_H
#define GST_TOPOLOGY_PEER_WAY_H

#include <stdbool.h>
#include <stddef.h>

#include "topology/distance.h"
#include "topology/pci.h"

/* X(name, word, meaning) */
#define GST_REDIRECTS(X)                                                                           \
    X(NOT_TOLD, "not_told", "whether a switch hands it over is not told")                          \
    X(NONE, "none", "a switch hands it over")                                                      \
    X(AT_START, "at_start",                                                                        \
      "switches sent it up to the CPU when the kernel started: IOMMU groups differ")               \
    X(ACS, "acs", "ACS of a port sends it up to the CPU")                                          \
    X(NO_SWITCH, "no_switch", "it passes the CPU")

enum gst_redirect {
#define GST_REDIRECT_ROW(name, word, meaning) GST_REDIRECT_##name,
    GST_REDIRECTS(GST_REDIRECT_ROW)
#undef GST_REDIRECT_ROW
        GST_REDIRECT_COUNT
};

struct gst_peer_way {
    bool is_told; /* sysfs shows both devices; false: `distance` is only the most careful one */
    enum gst_distance distance;
    enum gst_redirect redirect;
    enum gst_iommu iommu;            /* of the one that sends */
    char port[GST_PCI_ADDRESS_SIZE]; /* that redirects by ACS; else empty */
};

/* Both as gst_pci_read() leaves them. Pure. */
struct gst_peer_way gst_peer_way_between(const struct gst_pci_device *from,
                                         const struct gst_pci_device *to);

/* The same for two addresses ("0000:1b:00.0", in any case). */
void gst_peer_way_read(struct gst_peer_way *way, const struct gst_root *root, const char *from,
                       const char *to);

/* Does it go through an IOMMU that translates? NVIDIA's driver does not support that outside of
 * virtual machines: copies can be lost without an error (CUDA C++ programming guide, "IOMMU on
 * Linux"). True only of what is known. Pure. */
bool gst_peer_way_is_translated(const struct gst_peer_way *way);

/* "PIX: ACS of a port sends it up to the CPU (0000:3c:10.0); IOMMU translating". Returns `text`. */
const char *gst_peer_way_describe(const struct gst_peer_way *way, char *text, size_t size);

/* "acs", and one clause of explanation. */
const char *gst_redirect_word(enum gst_redirect redirect);
const char *gst_redirect_meaning(enum gst_redirect redirect);

#endif
