/* SPDX-License-Identifier: Apache-2.0 */
/* The class of a path; see distance.h. */
#include "topology/distance.h"

#include <string.h>

static const struct {
    const char *word, *meaning;
} rows[] = {
#define GST_DISTANCE_ROW(name, word, meaning) { word, meaning },
    GST_DISTANCES(GST_DISTANCE_ROW)
#undef GST_DISTANCE_ROW
};

size_t gst_distance_common_ports(const struct gst_pci_device *one,
                                 const struct gst_pci_device *other)
{
    size_t count = 0;

    while (count < one->depth && count < other->depth
           && strcmp(one->ports[count].address, other->ports[count].address) == 0)
        count++;
    return count;
}

static enum gst_distance by_node(const struct gst_pci_device *one,
                                 const struct gst_pci_device *other)
{
    if (one->numa == GST_PCI_NO_NODE || one->numa != other->numa)
        return GST_DISTANCE_SYS;
    return GST_DISTANCE_NODE;
}

enum gst_distance gst_distance_between(const struct gst_pci_device *one,
                                       const struct gst_pci_device *other)
{
    size_t common;

    if (strcmp(one->address, other->address) == 0)
        return GST_DISTANCE_SELF;
    if (one->host_bridge[0] == '\0' || strcmp(one->host_bridge, other->host_bridge) != 0)
        return by_node(one, other);
    common = gst_distance_common_ports(one, other);
    if (common == 0)
        return GST_DISTANCE_PHB;
    /* Below the last port that they share, a switch has one more port on the way to each; a further
     * switch has two. */
    if (one->depth - common <= 2 && other->depth - common <= 2)
        return GST_DISTANCE_PIX;
    return GST_DISTANCE_PXB;
}

const char *gst_distance_word(enum gst_distance distance)
{
    return rows[distance].word;
}

const char *gst_distance_meaning(enum gst_distance distance)
{
    return rows[distance].meaning;
}
