/* SPDX-License-Identifier: Apache-2.0 */
/* What sysfs may say of a device: its link, and the speed and width of a port, a line each. */
#include "tests/fuzz/fuzz.h"

#include "topology/distance.h"
#include "topology/pci.h"

static const char *next_line(char **rest)
{
    const char *line = strsep(rest, "\n");

    return line == NULL ? "" : line;
}

static void claim_device(const struct gst_pci_device *device, bool is_told)
{
    const struct gst_pci_port *last = &device->ports[device->depth - 1];

    GST_CLAIM(device->depth >= 1 && device->depth <= GST_PCI_DEPTH);
    GST_CLAIM(is_told == (device->host_bridge[0] != '\0'));
    GST_CLAIM(is_told || device->depth == 1);
    GST_CLAIM(gst_fuzz_ends(device->host_bridge, sizeof(device->host_bridge)));
    GST_CLAIM(gst_fuzz_ends(last->address, sizeof(last->address)));
    GST_CLAIM(strcmp(last->address, device->address) == 0);
    for (size_t i = 0; is_told && i < device->depth; i++)
        GST_CLAIM(gst_pci_is_address(device->ports[i].address));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = gst_fuzz_text(data, size), *rest = text;
    const char *address = next_line(&rest), *target = next_line(&rest);
    const char *speed = next_line(&rest), *width = next_line(&rest);
    struct gst_pci_device device = { 0 }, other = { 0 };
    struct gst_pci_link link = gst_pci_link_parse(speed, width);
    struct gst_pci_hop hop;

    const bool is_told = gst_pci_parse_path(&device, address, target);

    claim_device(&device, is_told);
    gst_pci_parse_path(&other, "0000:04:00.0", "pci0000:00/0000:00:01.0/0000:04:00.0");
    GST_CLAIM(gst_distance_between(&device, &other) == gst_distance_between(&other, &device));
    GST_CLAIM(gst_distance_between(&device, &device) == GST_DISTANCE_SELF);
    GST_CLAIM(link.generation <= 6 && link.width <= 32);
    GST_CLAIM(gst_pci_link_is_known(link) == (gst_pci_link_rate(link) > 0));
    device.ports[device.depth - 1].now = link;
    if (gst_pci_narrowest_now(&device, &hop))
        GST_CLAIM(hop.link.generation == link.generation && hop.link.width == link.width);
    free(text);
    return 0;
}
