/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports and links; see bus.h. A root port; or a root port on the bus before the switch's, its port
 * to the host, and one port to each GPU, on the bus after it: the way Linux counts buses. Vendor
 * and class of a switch and a root port that are common in servers (pci.ids: 10b5 is PLX, 8086
 * Intel).
 */
#include "launcher/bus.h"

#include <stdio.h>

#define DEVICES   "sys/bus/pci/devices/"
#define PATH_SIZE 160

struct port_link {
    unsigned gen, width, gen_most, width_most;
};

static void put_word(struct sim_tree *tree, const char *folder, const char *file, const char *text)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    sim_tree_put(tree, path, "%s\n", text);
}

static void put_width(struct sim_tree *tree, const char *folder, const char *file, unsigned width)
{
    char text[16];

    snprintf(text, sizeof text, "%u", width);
    put_word(tree, folder, file, text);
}

static void put_port(struct sim_tree *tree, const char *folder, const char *vendor, int numa,
                     const struct port_link *link)
{
    char node[16];

    snprintf(node, sizeof node, "%d", numa);
    put_word(tree, folder, "vendor", vendor);
    put_word(tree, folder, "class", "0x060400");
    put_word(tree, folder, "numa_node", node);
    put_word(tree, folder, "current_link_speed", sim_pcie_speed(link->gen));
    put_width(tree, folder, "current_link_width", link->width);
    put_word(tree, folder, "max_link_speed", sim_pcie_speed(link->gen_most));
    put_width(tree, folder, "max_link_width", link->width_most);
}

/* Adds a device below `folder` and lists it. */
static void add(struct sim_tree *tree, char *folder, const char *address)
{
    char link[PATH_SIZE], target[PATH_SIZE + 16];
    size_t used = 0;

    while (folder[used] != '\0')
        used++;
    snprintf(folder + used, PATH_SIZE - used, "/%s", address);
    snprintf(link, sizeof link, DEVICES "%s", address);
    snprintf(target, sizeof target, "../../../%s", folder + sizeof("sys/") - 1);
    sim_tree_folder(tree, folder);
    sim_tree_link(tree, link, target);
}

static void add_port(struct sim_tree *tree, char *folder, unsigned domain, unsigned bus,
                     unsigned device)
{
    char address[32];

    snprintf(address, sizeof address, "%04x:%02x:%02x.0", domain, bus, device);
    add(tree, folder, address);
}

/* Beside a GPU that has the bus of a root port for its own, the port takes another place: what lies
 * between two switches of a real machine is left out here, and with it the buses. */
static unsigned root_device(const struct sim_machine *machine, unsigned domain, unsigned bus)
{
    for (unsigned i = 0; i < machine->gpu_count; i++) {
        if (machine->gpus[i].pci_domain == domain && machine->gpus[i].pci_bus == bus)
            return machine->gpus[i].pci_device + 1;
    }
    return 0;
}

/* The ports from the host bridge down to one GPU, the `place`-th below its switch; the first brings
 * the switch's own. */
static void put_way(struct sim_tree *tree, const struct sim_machine *machine,
                    const struct sim_gpu *gpu, unsigned place)
{
    const struct sim_pcie_switch *one = &machine->host.switches[gpu->bridge];
    const struct port_link up = { one->gen, one->width, one->gen_most, one->width_most };
    const struct port_link down = { gpu->pcie_gen_now, gpu->pcie_width_now, gpu->model.pcie_gen,
                                    gpu->model.pcie_width };
    char folder[PATH_SIZE], driver[PATH_SIZE + 8];

    snprintf(folder, sizeof folder, "sys/devices/pci%04x:%02x", gpu->pci_domain, one->bus - 1);
    add_port(tree, folder, gpu->pci_domain, one->bus - 1,
             root_device(machine, gpu->pci_domain, one->bus - 1));
    if (place == 0)
        put_port(tree, folder, "0x8086", gpu->numa, &up);
    add_port(tree, folder, gpu->pci_domain, one->bus, 0);
    if (place == 0)
        put_port(tree, folder, "0x10b5", gpu->numa, &up);
    add_port(tree, folder, gpu->pci_domain, one->bus + 1, place);
    put_port(tree, folder, "0x10b5", gpu->numa, &down);
    add_port(tree, folder, gpu->pci_domain, gpu->pci_bus, gpu->pci_device);
    snprintf(driver, sizeof driver, "%.*s/driver", PATH_SIZE - 1, folder);
    sim_tree_link(tree, driver, "../../../../../../bus/pci/drivers/nvidia");
}

/* The host bridge, a root port that can do what the GPU can, and the GPU. */
static void put_way_below_root(struct sim_tree *tree, const struct sim_gpu *gpu)
{
    const struct port_link down = { gpu->pcie_gen_now, gpu->pcie_width_now, gpu->model.pcie_gen,
                                    gpu->model.pcie_width };
    char folder[PATH_SIZE], driver[PATH_SIZE + 8];

    snprintf(folder, sizeof folder, "sys/devices/pci%.7s", gpu->port);
    add(tree, folder, gpu->port);
    put_port(tree, folder, "0x8086", gpu->numa, &down);
    add_port(tree, folder, gpu->pci_domain, gpu->pci_bus, gpu->pci_device);
    snprintf(driver, sizeof driver, "%.*s/driver", PATH_SIZE - 1, folder);
    sim_tree_link(tree, driver, "../../../../bus/pci/drivers/nvidia");
}

bool sim_bus_shows(const struct sim_machine *machine, const struct sim_gpu *gpu)
{
    if (gpu->port[0] != '\0')
        return true;
    return gpu->bridge >= 0 && machine->host.switches[gpu->bridge].bus != 0;
}

void sim_bus_put(struct sim_tree *tree, const struct sim_machine *machine)
{
    unsigned below[SIM_MACHINE_SWITCHES] = { 0 };

    for (unsigned i = 0; i < machine->gpu_count; i++) {
        const struct sim_gpu *gpu = &machine->gpus[i];

        if (gpu->port[0] != '\0')
            put_way_below_root(tree, gpu);
        else if (sim_bus_shows(machine, gpu))
            put_way(tree, machine, gpu, below[gpu->bridge]++);
    }
}
