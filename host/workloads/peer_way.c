/* SPDX-License-Identifier: Apache-2.0 */
/* Two paths through sysfs; see peer_way.h. */
#include "workloads/peer_way.h"

#include "topology/distance.h"
#include "topology/pci.h"

/* GST_DISTANCE_COUNT: not told. */
static enum gst_distance distance_of(const struct gst_root *root, const char *one,
                                     const char *other)
{
    struct gst_pci_device first, second;

    if (root == NULL)
        return GST_DISTANCE_COUNT;
    gst_pci_read(&first, root, one);
    gst_pci_read(&second, root, other);
    if (first.host_bridge[0] == '\0' || second.host_bridge[0] == '\0')
        return GST_DISTANCE_COUNT;
    return gst_distance_between(&first, &second);
}

const char *gst_peer_way(const struct gst_root *root, const char *one_pci_id,
                         const char *other_pci_id)
{
    const enum gst_distance distance = distance_of(root, one_pci_id, other_pci_id);

    return distance == GST_DISTANCE_COUNT ? NULL : gst_distance_word(distance);
}

bool gst_peer_way_is_below_switch(const struct gst_root *root, const char *one_pci_id,
                                  const char *other_pci_id)
{
    const enum gst_distance distance = distance_of(root, one_pci_id, other_pci_id);

    return distance == GST_DISTANCE_PIX || distance == GST_DISTANCE_PXB;
}
