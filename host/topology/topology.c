/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs and network adapters, from sysfs; see topology.h. */
#include "topology/topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cpus.h"
#include "core/utf8.h"
#include "topology/nodes.h"

/* PCI code and ID assignment specification: base class in the highest byte of three. */
#define CLASS_NETWORK   0x02u
#define CLASS_DISPLAY   0x03u
#define VENDOR_NVIDIA   0x10deu /* pci.ids */
#define VENDOR_MELLANOX 0x15b3u
#define DRIVER_GPUS     "/proc/driver/nvidia/gpus"
#define LABEL_OF_MODEL  "Model:"

struct reading {
    const struct gst_root *root;
    struct gst_topology *topology;
    bool driver_tells; /* /proc/driver/nvidia/gpus lists at least one */
};

static unsigned read_number(const struct gst_root *root, const char *address, const char *file)
{
    unsigned number;

    return gst_pci_number(root, address, file, &number) ? number : 0;
}

static bool exists(const struct gst_root *root, const char *address, const char *file)
{
    char path[128];

    snprintf(path, sizeof(path), GST_PCI_DEVICES "/%s/%s", address, file);
    return gst_root_exists(root, path);
}

static bool take_first(const char *name, void *data)
{
    struct gst_topology_device *device = data;

    gst_utf8_printable(device->name, sizeof(device->name), name);
    return false;
}

/* "mlx5_0"; where no RDMA driver has taken it, the network interface "enp3s0f0". */
static void name_nic(struct gst_topology_device *device, const struct gst_root *root)
{
    static const char *const folders[] = { "infiniband", "net" };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && device->name[0] == '\0'; i++) {
        char path[128];

        snprintf(path, sizeof(path), GST_PCI_DEVICES "/%s/%s", device->pci.address, folders[i]);
        gst_root_list(root, path, take_first, device);
    }
}

/* "Model: \t\t NVIDIA L4", the first line of what the driver says. */
static void name_gpu(struct gst_topology_device *device, const struct gst_root *root)
{
    char path[128], text[512], *at;

    snprintf(path, sizeof(path), DRIVER_GPUS "/%s/information", device->pci.address);
    if (!gst_root_read(root, path, text, sizeof(text))
        || (at = strstr(text, LABEL_OF_MODEL)) == NULL)
        return;
    at += strlen(LABEL_OF_MODEL);
    at += strspn(at, " \t");
    at[strcspn(at, "\n")] = '\0';
    gst_utf8_printable(device->name, sizeof(device->name), at);
}

static bool is_shown_by_driver(const struct reading *reading, const char *address)
{
    char path[96];

    snprintf(path, sizeof(path), DRIVER_GPUS "/%s", address);
    return !reading->driver_tells || gst_root_exists(reading->root, path);
}

static struct gst_topology_device *add(struct reading *reading, const char *address,
                                       struct gst_topology_device *list, size_t *count, size_t room)
{
    struct gst_topology_device *device;

    if (*count == room) {
        reading->topology->left_out_count++;
        return NULL;
    }
    device = &list[(*count)++];
    *device = (struct gst_topology_device){ 0 };
    gst_pci_read(&device->pci, reading->root, address);
    gst_nodes_of_cpus(reading->root, device->pci.cpus, device->cpu_nodes,
                      sizeof(device->cpu_nodes));
    if (device->pci.host_bridge[0] == '\0')
        reading->topology->is_tree_told = false;
    return device;
}

static void add_gpu(struct reading *reading, const char *address)
{
    struct gst_topology *topology = reading->topology;
    struct gst_topology_device *device;

    if (!is_shown_by_driver(reading, address)) {
        topology->other_gpu_count++;
        return;
    }
    device = add(reading, address, topology->gpus, &topology->gpu_count, GST_TOPOLOGY_GPUS);
    if (device != NULL)
        name_gpu(device, reading->root);
}

static void add_nic(struct reading *reading, const char *address, unsigned vendor)
{
    struct gst_topology *topology = reading->topology;
    struct gst_topology_device *device;

    /* A virtual function has the path of its physical one, and there may be hundreds. */
    if (exists(reading->root, address, "physfn")
        || (vendor != VENDOR_MELLANOX && !exists(reading->root, address, "infiniband")))
        return;
    device = add(reading, address, topology->nics, &topology->nic_count, GST_TOPOLOGY_NICS);
    if (device != NULL)
        name_nic(device, reading->root);
}

static bool visit(const char *address, void *data)
{
    struct reading *reading = data;
    unsigned vendor, base_class;

    if (!gst_pci_is_address(address))
        return true;
    vendor = read_number(reading->root, address, "vendor");
    base_class = read_number(reading->root, address, "class") >> 16;
    if (base_class == CLASS_DISPLAY && vendor == VENDOR_NVIDIA)
        add_gpu(reading, address);
    else if (base_class == CLASS_NETWORK)
        add_nic(reading, address, vendor);
    return true;
}

static bool note_gpu(const char *name, void *data)
{
    bool *is_any = data;

    *is_any = gst_pci_is_address(name);
    return !*is_any;
}

/* "mlx5_9" before "mlx5_10": the order in which nvidia-smi numbers adapters, so that NIC3 is the
 * same one to both. */
static int by_name(const void *one, const void *other)
{
    const struct gst_topology_device *left = one, *right = other;
    const int order = strverscmp(left->name, right->name);

    return order != 0 ? order : strcmp(left->pci.address, right->pci.address);
}

/* "Cpus_allowed_list:\t0-31" of /proc/self/status, whose lines with bits come first. */
static void read_allowed(const char *status, const char *label, char *list, size_t size)
{
    const char *at = strstr(status, label);
    char line[256];

    if (at == NULL)
        return;
    at += strlen(label);
    at += strspn(at, " \t");
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
    gst_utf8_printable(list, size, line);
}

static void read_process(struct gst_topology *topology, const struct gst_root *root)
{
    char status[8192];

    if (!gst_root_read(root, "/proc/self/status", status, sizeof(status)))
        return;
    read_allowed(status, "\nCpus_allowed_list:", topology->cpus_allowed,
                 sizeof(topology->cpus_allowed));
    read_allowed(status, "\nMems_allowed_list:", topology->mems_allowed,
                 sizeof(topology->mems_allowed));
}

bool gst_topology_may_run_near(const struct gst_topology *topology, size_t gpu)
{
    const char *near = topology->gpus[gpu].pci.cpus;
    struct gst_cpus allowed, local;

    if (topology->cpus_allowed[0] == '\0' || near[0] == '\0')
        return true;
    gst_cpus_parse(&allowed, topology->cpus_allowed);
    gst_cpus_parse(&local, near);
    return gst_cpus_meet(&allowed, &local);
}

bool gst_topology_read(struct gst_topology *topology, const struct gst_root *root)
{
    struct reading reading = { .root = root, .topology = topology };

    memset(topology, 0, sizeof(*topology));
    topology->is_tree_told = true;
    read_process(topology, root);
    gst_root_list(root, DRIVER_GPUS, note_gpu, &reading.driver_tells);
    if (!gst_root_list(root, GST_PCI_DEVICES, visit, &reading))
        return false;
    qsort(topology->nics, topology->nic_count, sizeof(topology->nics[0]), by_name);
    return true;
}

size_t gst_topology_count(const struct gst_topology *topology)
{
    return topology->gpu_count + topology->nic_count;
}

const struct gst_topology_device *gst_topology_at(const struct gst_topology *topology, size_t index)
{
    return index < topology->gpu_count ? &topology->gpus[index]
                                       : &topology->nics[index - topology->gpu_count];
}

const char *gst_topology_label(const struct gst_topology *topology, size_t index, char text[16])
{
    const bool is_gpu = index < topology->gpu_count;

    snprintf(text, 16, "%s%zu", is_gpu ? "GPU" : "NIC",
             is_gpu ? index : index - topology->gpu_count);
    return text;
}

enum gst_distance gst_topology_nearest_nic(const struct gst_topology *topology, size_t gpu)
{
    enum gst_distance nearest = GST_DISTANCE_COUNT;

    for (size_t i = 0; i < topology->nic_count; i++) {
        enum gst_distance distance =
            gst_distance_between(&topology->gpus[gpu].pci, &topology->nics[i].pci);

        if (distance < nearest)
            nearest = distance;
    }
    return nearest;
}
