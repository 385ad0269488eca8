/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an IOMMU does to the addresses that a device uses, as far as the kernel tells everybody.
 */
#ifndef GST_TOPOLOGY_IOMMU_H
#define GST_TOPOLOGY_IOMMU_H

#include "core/root.h"

#define GST_IOMMU_NO_GROUP (-1)

enum gst_iommu {
    GST_IOMMU_NOT_TOLD,
    GST_IOMMU_OFF,         /* no IOMMU is at work that this kernel knows; a virtual machine does not
                              see that of its host */
    GST_IOMMU_PASSTHROUGH, /* it lets addresses be what they are */
    GST_IOMMU_TRANSLATING, /* it changes them, and refuses what was not mapped */
};

struct gst_iommu_place {
    enum gst_iommu iommu;
    int group; /* devices that it cannot keep apart have the same; GST_IOMMU_NO_GROUP: none */
};

/* Of a device by its folder in sysfs ("/sys/bus/pci/devices/0000:01:00.0"): its group and the type
 * of that (Documentation/ABI/testing/sysfs-kernel-iommu_groups of the kernel), where an older
 * kernel does not say the latter its command line. */
void gst_iommu_read(struct gst_iommu_place *place, const struct gst_root *root, const char *folder);

/* "off", "passthrough", "translating", "not told". */
const char *gst_iommu_word(enum gst_iommu iommu);

#endif
