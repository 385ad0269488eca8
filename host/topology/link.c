/* SPDX-License-Identifier: Apache-2.0 */
/* Generation, width and rate of a link; see link.h. */
#include "topology/link.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Row n is generation n. PCI Express base specification, 6.0. */
static const struct {
    const char *speed;      /* GT/s, up to what makes it unique */
    double bits_per_s;      /* of a lane, on the wire */
    double payload_of_wire; /* line code, or flits */
} generations[] = {
    { NULL, 0, 0 },
    { "2.5", 2.5e9, 8.0 / 10 },
    { "5", 5e9, 8.0 / 10 },
    { "8", 8e9, 128.0 / 130 },
    { "16", 16e9, 128.0 / 130 },
    { "32", 32e9, 128.0 / 130 },
    { "64", 64e9, 242.0 / 256 },
};

#define GENERATION_COUNT (sizeof(generations) / sizeof(generations[0]))

static const unsigned widths[] = { 1, 2, 4, 8, 12, 16, 32 };

/* "16.0 GT/s PCIe" and "16 GT/s" are generation 4; "16.5 GT/s" would be none. */
static bool is_speed(const char *text, const char *speed)
{
    const size_t length = strlen(speed);

    if (strncmp(text, speed, length) != 0)
        return false;
    text += length;
    if (strncmp(text, ".0", 2) == 0)
        text += 2;
    return strncmp(text, " GT/s", 5) == 0;
}

struct gst_pci_link gst_pci_link_parse(const char *speed, const char *width)
{
    struct gst_pci_link link = { 0 };
    char *end;
    unsigned long lanes = strtoul(width, &end, 10);

    for (unsigned i = 1; i < GENERATION_COUNT; i++) {
        if (is_speed(speed, generations[i].speed))
            link.generation = i;
    }
    for (size_t i = 0; *end == '\0' && i < sizeof(widths) / sizeof(widths[0]); i++) {
        if (lanes == widths[i])
            link.width = widths[i];
    }
    return link;
}

bool gst_pci_link_is_known(struct gst_pci_link link)
{
    return link.generation > 0 && link.generation < GENERATION_COUNT && link.width > 0;
}

double gst_pci_link_rate(struct gst_pci_link link)
{
    if (!gst_pci_link_is_known(link))
        return 0;
    return generations[link.generation].bits_per_s * generations[link.generation].payload_of_wire
           / 8 * link.width;
}

static unsigned lower(unsigned one, unsigned other)
{
    if (one == 0 || (other != 0 && other < one))
        return other;
    return one;
}

struct gst_pci_link gst_pci_link_common(struct gst_pci_link one, struct gst_pci_link other)
{
    return (struct gst_pci_link){ .generation = lower(one.generation, other.generation),
                                  .width = lower(one.width, other.width) };
}
