/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device on the PCI bus with all bridges above it, as sysfs shows them
 * (Documentation/ABI/testing/ sysfs-bus-pci of the kernel). The tree is read from the link that
 * stands for a device in /sys/bus/pci/devices: it names every bridge from the host bridge down.
 */
#ifndef GST_TOPOLOGY_PCI_H
#define GST_TOPOLOGY_PCI_H

#include <stdbool.h>
#include <stddef.h>

#include "core/root.h"
#include "topology/acs.h"
#include "topology/iommu.h"
#include "topology/link.h"

#define GST_PCI_DEVICES "/sys/bus/pci/devices"
#define GST_PCI_ADDRESS_SIZE                                                                       \
    20 /* "0000:1b:00.0"; domains of virtual bridges have up to 8 digits                           \
        */
#define GST_PCI_DEPTH   16
#define GST_PCI_NO_NODE (-1)

/* A bridge's port or the device itself. */
struct gst_pci_port {
    char address[GST_PCI_ADDRESS_SIZE];
    struct gst_pci_link now, most;
    enum gst_acs acs;
};

struct gst_pci_device {
    char address[GST_PCI_ADDRESS_SIZE];
    char host_bridge[GST_PCI_ADDRESS_SIZE]; /* "pci0000:16"; empty: the tree is not told */
    size_t depth;                           /* at least 1 */
    struct gst_pci_port
        ports[GST_PCI_DEPTH]; /* from the host bridge down; the last is the device */
    int numa;                 /* GST_PCI_NO_NODE: the firmware does not say */
    struct gst_iommu_place iommu;
    char cpus[160]; /* near it, as a list: "0-31,64-95" */
};

/* One hop on the way from a device to its host bridge. */
struct gst_pci_hop {
    struct gst_pci_link link;
    const char *upper; /* the port above, NULL: not told */
    const char *lower;
};

/* Is this the name of a function on the bus: domain:bus:device.function, in hex? */
bool gst_pci_is_address(const char *text);

/* A number of a device's folder in sysfs, in hex with 0x. False if there is none. */
bool gst_pci_number(const struct gst_root *root, const char *address, const char *file,
                    unsigned *number);

/* Fills host_bridge, depth and the ports' addresses from what the link of a device says. False,
 * with the device alone in the path, if that is no path from a host bridge down to `address` of at
 * most GST_PCI_DEPTH ports. */
bool gst_pci_parse_path(struct gst_pci_device *device, const char *address, const char *target);

/* Everything about the device at `address`; what sysfs does not say stays unknown. */
void gst_pci_read(struct gst_pci_device *device, const struct gst_root *root, const char *address);

/* The slowest hop of the way, as it runs now and as it could run at most: a hop can do what both of
 * its ends can. False if no hop says. The texts belong to the device. */
bool gst_pci_narrowest_now(const struct gst_pci_device *device, struct gst_pci_hop *hop);
bool gst_pci_narrowest_at_most(const struct gst_pci_device *device, struct gst_pci_hop *hop);

#endif
