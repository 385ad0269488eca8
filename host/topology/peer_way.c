/* SPDX-License-Identifier: Apache-2.0 */
/* Ports on the way of a request; see peer_way.h. */
#include "topology/peer_way.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *meaning;
} rows[] = {
#define GST_REDIRECT_ROW(name, word, meaning) { word, meaning },
    GST_REDIRECTS(GST_REDIRECT_ROW)
#undef GST_REDIRECT_ROW
};

/* Redirection decides between a peer and up, so that of one port counts: where the ways part, the
 * one on the side of the device that sends (Documentation/driver-api/pci/p2pdma.rst). NULL where
 * they part in no switch: from the host bridge down, its lower ports have even indices. */
static const struct gst_pci_port *parting_port(const struct gst_pci_device *from,
                                               const struct gst_pci_device *to)
{
    const size_t common = gst_distance_common_ports(from, to);

    return common > 0 && common % 2 == 0 && common + 1 < from->depth ? &from->ports[common] : NULL;
}

/* The kernel puts into one group what is not kept apart by ACS (Documentation/driver-api/vfio.rst);
 * it looks when it starts, and what was changed by hand since does not show. */
static enum gst_redirect by_groups(const struct gst_pci_device *from,
                                   const struct gst_pci_device *to)
{
    if (from->iommu.group == GST_IOMMU_NO_GROUP || to->iommu.group == GST_IOMMU_NO_GROUP)
        return GST_REDIRECT_NOT_TOLD;
    return from->iommu.group == to->iommu.group ? GST_REDIRECT_NONE : GST_REDIRECT_AT_START;
}

static enum gst_redirect by_port(const struct gst_pci_port *port, const struct gst_pci_device *from,
                                 const struct gst_pci_device *to)
{
    if (port == NULL || port->acs == GST_ACS_NONE || port->acs == GST_ACS_DIRECT)
        return GST_REDIRECT_NONE;
    return port->acs == GST_ACS_REDIRECTS ? GST_REDIRECT_ACS : by_groups(from, to);
}

/* A device that is there has a link to the bus, or at least a place on it. */
static bool is_told(const struct gst_pci_device *device)
{
    return device->host_bridge[0] != '\0' || device->numa != GST_PCI_NO_NODE
           || (device->depth > 0 && gst_pci_link_is_known(device->ports[device->depth - 1].most));
}

struct gst_peer_way gst_peer_way_between(const struct gst_pci_device *from,
                                         const struct gst_pci_device *to)
{
    struct gst_peer_way way = { .is_told = is_told(from) && is_told(to),
                                .distance = gst_distance_between(from, to),
                                .redirect = GST_REDIRECT_NO_SWITCH,
                                .iommu = from->iommu.iommu };

    if (way.distance == GST_DISTANCE_PIX || way.distance == GST_DISTANCE_PXB) {
        const struct gst_pci_port *port = parting_port(from, to);

        way.redirect = by_port(port, from, to);
        if (way.redirect == GST_REDIRECT_ACS)
            memcpy(way.port, port->address, sizeof(way.port));
    }
    return way;
}

/* CUDA writes addresses in capitals at times, sysfs never. */
static void read_device(struct gst_pci_device *device, const struct gst_root *root,
                        const char *address)
{
    char lower[GST_PCI_ADDRESS_SIZE];
    size_t i;

    for (i = 0; i + 1 < sizeof(lower) && address[i] != '\0'; i++)
        lower[i] = (char)tolower((unsigned char)address[i]);
    lower[i] = '\0';
    gst_pci_read(device, root, lower);
}

void gst_peer_way_read(struct gst_peer_way *way, const struct gst_root *root, const char *from,
                       const char *to)
{
    struct gst_pci_device one, other;

    read_device(&one, root, from);
    read_device(&other, root, to);
    *way = gst_peer_way_between(&one, &other);
}

bool gst_peer_way_is_translated(const struct gst_peer_way *way)
{
    return way->iommu == GST_IOMMU_TRANSLATING
           && (way->redirect == GST_REDIRECT_ACS || way->redirect == GST_REDIRECT_NO_SWITCH);
}

const char *gst_peer_way_describe(const struct gst_peer_way *way, char *text, size_t size)
{
    const bool has_port = way->port[0] != '\0';

    snprintf(text, size, "%s: %s%s%s%s; IOMMU %s", gst_distance_word(way->distance),
             gst_redirect_meaning(way->redirect), has_port ? " (" : "", way->port,
             has_port ? ")" : "", gst_iommu_word(way->iommu));
    return text;
}

const char *gst_redirect_word(enum gst_redirect redirect)
{
    return rows[redirect].word;
}

const char *gst_redirect_meaning(enum gst_redirect redirect)
{
    return rows[redirect].meaning;
}
