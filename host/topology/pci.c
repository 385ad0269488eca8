/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and the bridges above them, from sysfs; see pci.h. */
#include "topology/pci.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/utf8.h"

static size_t hex_digits(const char *text)
{
    size_t count = 0;

    while (isxdigit((unsigned char)text[count]))
        count++;
    return count;
}

/* "0000:16": the end of it, NULL if there is none. */
static const char *after_bus(const char *text)
{
    size_t digits = hex_digits(text);

    if (digits < 4 || digits > 8 || text[digits] != ':' || hex_digits(text + digits + 1) != 2)
        return NULL;
    return text + digits + 3;
}

bool gst_pci_is_address(const char *text)
{
    const char *at = after_bus(text);

    return at != NULL && *at == ':' && hex_digits(at + 1) == 2 && at[3] == '.'
           && hex_digits(at + 4) == 1 && at[5] == '\0';
}

static bool is_host_bridge(const char *name)
{
    const char *end = strncmp(name, "pci", 3) == 0 ? after_bus(name + 3) : NULL;

    return end != NULL && *end == '\0';
}

static void set_port(struct gst_pci_port *port, const char *address)
{
    *port = (struct gst_pci_port){ 0 };
    snprintf(port->address, sizeof(port->address), "%s", address);
}

/* The tree is not told, or nothing that could be one: the device alone. */
static bool leave_alone(struct gst_pci_device *device)
{
    device->host_bridge[0] = '\0';
    device->depth = 1;
    set_port(&device->ports[0], device->address);
    return false;
}

static bool take_name(struct gst_pci_device *device, const char *name)
{
    /* A bridge can hide a whole domain behind itself (Intel's VMD): what is above does not matter
     * to what is in there. */
    if (is_host_bridge(name)) {
        snprintf(device->host_bridge, sizeof(device->host_bridge), "%s", name);
        device->depth = 0;
        return true;
    }
    if (device->host_bridge[0] == '\0')
        return true; /* "..", "devices", and what a bus hangs on: "platform" */
    if (!gst_pci_is_address(name) || device->depth == GST_PCI_DEPTH)
        return false;
    set_port(&device->ports[device->depth++], name);
    return true;
}

bool gst_pci_parse_path(struct gst_pci_device *device, const char *address, const char *target)
{
    char copy[PATH_MAX], *rest = copy, *name;

    snprintf(device->address, sizeof(device->address), "%s", address);
    device->host_bridge[0] = '\0';
    device->depth = 0;
    if (strlen(target) >= sizeof(copy))
        return leave_alone(device);
    strcpy(copy, target);
    while ((name = strsep(&rest, "/")) != NULL) {
        if (*name != '\0' && !take_name(device, name))
            return leave_alone(device);
    }
    if (device->depth == 0 || strcmp(device->ports[device->depth - 1].address, address) != 0)
        return leave_alone(device);
    return true;
}

static void read_file(const struct gst_root *root, const char *address, const char *file,
                      char *text, size_t size)
{
    char path[128];

    snprintf(path, sizeof(path), GST_PCI_DEVICES "/%s/%s", address, file);
    gst_root_read(root, path, text, size);
}

bool gst_pci_number(const struct gst_root *root, const char *address, const char *file,
                    unsigned *number)
{
    char text[32];

    read_file(root, address, file, text, sizeof(text));
    return sscanf(text, "%x", number) == 1;
}

static struct gst_pci_link read_link(const struct gst_root *root, const char *address,
                                     const char *speed_file, const char *width_file)
{
    char speed[64], width[16];

    read_file(root, address, speed_file, speed, sizeof(speed));
    read_file(root, address, width_file, width, sizeof(width));
    return gst_pci_link_parse(speed, width);
}

/* Of a device alone nothing is said: what decides are ports above it. */
static enum gst_acs read_acs(const struct gst_root *root, const char *address)
{
    unsigned char config[4096];
    size_t length = 0;
    ssize_t got;
    char path[128];
    int fd;

    snprintf(path, sizeof(path), GST_PCI_DEVICES "/%s/config", address);
    fd = gst_root_open_file(root, path);
    if (fd < 0)
        return GST_ACS_NOT_TOLD;
    do {
        got = read(fd, config + length, sizeof(config) - length);
        length += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    close(fd);
    return gst_acs_parse(config, length);
}

static int read_node(const struct gst_root *root, const char *address)
{
    char text[16], *end;
    long node;

    read_file(root, address, "numa_node", text, sizeof(text));
    node = strtol(text, &end, 10);
    return end == text || *end != '\0' || node < 0 || node > INT_MAX ? GST_PCI_NO_NODE : (int)node;
}

void gst_pci_read(struct gst_pci_device *device, const struct gst_root *root, const char *address)
{
    char path[64], target[PATH_MAX], cpus[sizeof(device->cpus)];

    *device = (struct gst_pci_device){ 0 };
    snprintf(path, sizeof(path), GST_PCI_DEVICES "/%s", address);
    if (!gst_root_link(root, path, target, sizeof(target)))
        target[0] = '\0';
    gst_pci_parse_path(device, address, target);
    for (size_t i = 0; i < device->depth; i++) {
        struct gst_pci_port *port = &device->ports[i];

        port->now = read_link(root, port->address, "current_link_speed", "current_link_width");
        port->most = read_link(root, port->address, "max_link_speed", "max_link_width");
        if (i + 1 < device->depth)
            port->acs = read_acs(root, port->address);
    }
    gst_iommu_read(&device->iommu, root, path);
    device->numa = read_node(root, address);
    read_file(root, address, "local_cpulist", cpus, sizeof(cpus));
    gst_utf8_printable(device->cpus, sizeof(device->cpus), cpus);
}

/* A link is what is below a root port or below a switch's downstream port; between the ports of one
 * switch is none. From the host bridge down the two kinds take turns, so links lead to ports of odd
 * index. What hangs on the host bridge itself has its own word alone, as in virtual machines. */
static bool narrowest(const struct gst_pci_device *device, bool is_now, struct gst_pci_hop *hop)
{
    bool found = false;

    for (size_t i = device->depth == 1 ? 0 : 1; i < device->depth; i += 2) {
        const struct gst_pci_port *lower = &device->ports[i];
        const struct gst_pci_port *upper = i == 0 ? NULL : &device->ports[i - 1];
        struct gst_pci_link link = is_now ? lower->now : lower->most;

        if (upper != NULL)
            link = gst_pci_link_common(link, is_now ? upper->now : upper->most);
        if (!gst_pci_link_is_known(link)
            || (found && gst_pci_link_rate(link) >= gst_pci_link_rate(hop->link)))
            continue;
        *hop = (struct gst_pci_hop){ .link = link,
                                     .upper = upper == NULL ? NULL : upper->address,
                                     .lower = lower->address };
        found = true;
    }
    return found;
}

bool gst_pci_narrowest_now(const struct gst_pci_device *device, struct gst_pci_hop *hop)
{
    return narrowest(device, true, hop);
}

bool gst_pci_narrowest_at_most(const struct gst_pci_device *device, struct gst_pci_hop *hop)
{
    return narrowest(device, false, hop);
}
