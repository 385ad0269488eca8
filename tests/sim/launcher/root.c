/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the synthetic root; see root.h. Layout and wording as in captures of /proc and /sys of
 * public reports on machines with A10G, V100 and H100 GPUs. What no machine file says and no
 * capture settles (interrupts, processors per node, who built the module when) is invented.
 */
#include "launcher/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CPUS_PER_NODE 16
#define MAJOR_UVM     234u /* given out at run time; invented */

struct tree {
    int folder;
    bool ok;
    char *err;
    size_t err_size;
};

static void fail(struct tree *tree, const char *path)
{
    if (tree->ok)
        snprintf(tree->err, tree->err_size, "cannot write '/%s' of the simulated machine: %s", path,
                 strerror(errno));
    tree->ok = false;
}

static void make_parents(struct tree *tree, const char *path)
{
    char copy[160];

    snprintf(copy, sizeof copy, "%s", path);
    for (char *at = strchr(copy, '/'); at != NULL && tree->ok; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdirat(tree->folder, copy, 0755) != 0 && errno != EEXIST)
            fail(tree, copy);
        *at = '/';
    }
}

/* Writes one file, and the folders above it; nothing once something has failed. */
__attribute__((format(printf, 3, 4))) static void put(struct tree *tree, const char *path,
                                                      const char *format, ...)
{
    va_list list;
    int fd, length;

    make_parents(tree, path);
    if (!tree->ok)
        return;
    fd = openat(tree->folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        fail(tree, path);
        return;
    }
    va_start(list, format);
    length = vdprintf(fd, format, list);
    va_end(list);
    if (close(fd) != 0 || length < 0)
        fail(tree, path);
}

/* As sysfs words it. */
static const char *link_speed(unsigned generation)
{
    static const char *const SPEEDS[] = { "Unknown",       "2.5 GT/s PCIe",  "5.0 GT/s PCIe",
                                          "8.0 GT/s PCIe", "16.0 GT/s PCIe", "32.0 GT/s PCIe",
                                          "64.0 GT/s PCIe" };

    return SPEEDS[generation < sizeof SPEEDS / sizeof SPEEDS[0] ? generation : 0];
}

static unsigned branch(const struct sim_machine *machine)
{
    return (unsigned)strtoul(machine->driver_version, NULL, 10);
}

/* From branch 560 on the installer takes the open module for every GPU that is in our models. */
static bool has_open_module(const struct sim_machine *machine)
{
    return branch(machine) >= 560;
}

/* The last NUMA node; a machine whose firmware names none has one all the same. */
static int last_node(const struct sim_machine *machine)
{
    int last = 0;

    for (unsigned i = 0; i < machine->gpu_count; i++) {
        if (machine->gpus[i].numa > last)
            last = machine->gpus[i].numa;
    }
    return last;
}

static void put_information(struct tree *tree, const struct sim_machine *machine, unsigned minor,
                            const char *pci)
{
    const struct sim_gpu *gpu = &machine->gpus[minor];
    const unsigned dma_bits = gpu->model.capability >= 90 ? 52 : 47;
    char path[128], firmware[64] = "";

    /* The open module works only with the firmware that comes with it. */
    if (has_open_module(machine))
        snprintf(firmware, sizeof firmware, "GPU Firmware: \t %s\n", machine->driver_version);
    snprintf(path, sizeof path, "proc/driver/nvidia/gpus/%s/information", pci);
    put(tree, path,
        "Model: \t\t %s\nIRQ:   \t\t %u\nGPU UUID: \t %s\nVideo BIOS: \t %s\nBus Type: \t PCIe\n"
        "DMA Size: \t %u bits\nDMA Mask: \t 0x%llx\nBus Location: \t %s\nDevice Minor: \t %u\n"
        "%sGPU Excluded: \t No\n",
        gpu->model.name, 100 + minor, gpu->uuid, gpu->model.vbios, dma_bits, (1ULL << dma_bits) - 1,
        pci, minor, firmware);
}

/* One file of a device on the PCI bus. */
__attribute__((format(printf, 4, 5))) static void put_pci(struct tree *tree, const char *pci,
                                                          const char *file, const char *format, ...)
{
    char path[128], text[64];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    snprintf(path, sizeof path, "sys/bus/pci/devices/%s/%s", pci, file);
    put(tree, path, "%s\n", text);
}

/* A link as one of its ends tells of it. */
static void put_pcie_link(struct tree *tree, const char *pci, const unsigned now[2],
                          const unsigned most[2])
{
    put_pci(tree, pci, "current_link_speed", "%s", link_speed(now[0]));
    put_pci(tree, pci, "current_link_width", "%u", now[1]);
    put_pci(tree, pci, "max_link_speed", "%s", link_speed(most[0]));
    put_pci(tree, pci, "max_link_width", "%u", most[1]);
}

static void put_device(struct tree *tree, const struct sim_machine *machine,
                       const struct sim_gpu *gpu, const char *pci)
{
    const struct sim_gpu_model *model = &gpu->model;
    const int first = gpu->numa < 0 ? 0 : gpu->numa;
    const int last = gpu->numa < 0 ? last_node(machine) : gpu->numa;
    const unsigned now[2] = { gpu->pcie_gen_idle != 0 ? gpu->pcie_gen_idle : gpu->pcie_gen_now,
                              gpu->pcie_width_now };
    const unsigned most[2] = { model->pcie_gen, model->pcie_width };

    put_pci(tree, pci, "vendor", "0x%04x", model->pci_device_id & 0xffff);
    put_pci(tree, pci, "device", "0x%04x", model->pci_device_id >> 16);
    put_pci(tree, pci, "subsystem_vendor", "0x%04x", model->pci_subsystem_id & 0xffff);
    put_pci(tree, pci, "subsystem_device", "0x%04x", model->pci_subsystem_id >> 16);
    /* Boards for data centres are 3D controllers; GeForce boards, which tell no serial number,
     * drive displays. */
    put_pci(tree, pci, "class", "%s", model->has_serial ? "0x030200" : "0x030000");
    put_pci(tree, pci, "numa_node", "%d", gpu->numa);
    put_pci(tree, pci, "local_cpulist", "%d-%d", first * CPUS_PER_NODE,
            (last + 1) * CPUS_PER_NODE - 1);
    put_pcie_link(tree, pci, now, most);
}

/* The lowest bus of what is below a switch. */
static unsigned first_bus(const struct sim_machine *machine, int bridge)
{
    unsigned bus = 0xff;

    for (unsigned i = 0; i < machine->gpu_count; i++) {
        if (machine->gpus[i].bridge == bridge && machine->gpus[i].pci_bus < bus)
            bus = machine->gpus[i].pci_bus;
    }
    return bus;
}

/* The next device on the way down: a folder below the one in `path`, which grows, and its link
 * among all devices. False if it is there already. */
static bool put_below(struct tree *tree, char path[256], const char *pci)
{
    char link[64], target[300];

    snprintf(path + strlen(path), 256 - strlen(path), "/%s", pci);
    snprintf(link, sizeof link, "sys/bus/pci/devices/%s", pci);
    if (faccessat(tree->folder, link, F_OK, 0) == 0)
        return false;
    snprintf(target, sizeof target, "%s/", path);
    make_parents(tree, target);
    snprintf(target, sizeof target, "../../../%s", path + strlen("sys/"));
    make_parents(tree, link);
    if (tree->ok && symlinkat(target, tree->folder, link) != 0)
        fail(tree, link);
    return true;
}

static void put_port(struct tree *tree, char path[256], const char *pci, const unsigned now[2],
                     const unsigned most[2])
{
    if (!put_below(tree, path, pci))
        return;
    put_pci(tree, pci, "vendor", "0x%04x", 0x1000);
    put_pci(tree, pci, "class", "0x%06x", 0x060400);
    put_pcie_link(tree, pci, now, most);
}

static bool is_behind_switch(const struct sim_machine *machine, const struct sim_gpu *gpu)
{
    return gpu->bridge >= 0 && machine->host.switches[gpu->bridge].width != 0;
}

static void name_gpu(const struct sim_gpu *gpu, char pci[32])
{
    snprintf(pci, 32, "%04x:%02x:%02x.0", gpu->pci_domain, gpu->pci_bus, gpu->pci_device);
}

/* The ports above a GPU behind a switch, from the CPU's own down. Their buses are invented: the
 * three before that of the first GPU. */
static void name_ports(const struct sim_machine *machine, const struct sim_gpu *gpu,
                       char ports[3][32])
{
    const unsigned domain = gpu->pci_domain, bus = first_bus(machine, gpu->bridge);

    snprintf(ports[0], 32, "%04x:%02x:00.0", domain, bus - 3);
    snprintf(ports[1], 32, "%04x:%02x:00.0", domain, bus - 2);
    snprintf(ports[2], 32, "%04x:%02x:%02x.0", domain, bus - 1, gpu->pci_bus - bus);
}

/* Where its link among all devices leads; without a switch there is a folder in the link's place.
 */
static void name_folder(const struct sim_machine *machine, const struct sim_gpu *gpu,
                        char path[256])
{
    char pci[32], ports[3][32];

    name_gpu(gpu, pci);
    snprintf(path, 256, "sys/bus/pci/devices/%s", pci);
    if (!is_behind_switch(machine, gpu))
        return;
    name_ports(machine, gpu, ports);
    snprintf(path, 256, "sys/devices/pci%.7s/%s/%s/%s/%s", ports[0], ports[0], ports[1], ports[2],
             pci);
}

static void put_way(struct tree *tree, const struct sim_machine *machine, const struct sim_gpu *gpu,
                    const char *pci)
{
    const struct sim_pcie_switch *own = &machine->host.switches[gpu->bridge];
    const unsigned up_now[2] = { own->gen, own->width };
    const unsigned up_most[2] = { own->gen_most, own->width_most };
    const unsigned now[2] = { gpu->pcie_gen_now, gpu->pcie_width_now };
    const unsigned most[2] = { gpu->model.pcie_gen, gpu->model.pcie_width };
    char path[256], ports[3][32];

    name_ports(machine, gpu, ports);
    snprintf(path, sizeof path, "sys/devices/pci%.7s", ports[0]);
    put_port(tree, path, ports[0], up_now, up_most);
    put_port(tree, path, ports[1], up_now, up_most);
    put_port(tree, path, ports[2], now, most);
    put_below(tree, path, pci);
}

static void put_gpu(struct tree *tree, const struct sim_machine *machine, unsigned minor)
{
    const struct sim_gpu *gpu = &machine->gpus[minor];
    char pci[32], node[32];

    name_gpu(gpu, pci);
    snprintf(node, sizeof node, "dev/nvidia%u", minor);
    put_information(tree, machine, minor, pci);
    if (is_behind_switch(machine, gpu))
        put_way(tree, machine, gpu, pci);
    put_device(tree, machine, gpu, pci);
    put(tree, node, "%s", "");
}

static void put_module(struct tree *tree, const struct sim_machine *machine)
{
    put(tree, "proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX %s  %s  %s(simulated)  Thu Jan  1 00:00:00 UTC 1970\n"
        "GCC version:  gcc version 12.2.0 (simulated)\n",
        has_open_module(machine) ? "Open Kernel Module for x86_64" : "x86_64 Kernel Module",
        machine->driver_version, has_open_module(machine) ? "Release Build  " : "");
    /* Injection turns ModifyDeviceFiles off, lest a process in the container makes nodes. Public
     * source of the names and other values: an H100 node, in NVIDIA/k8s-test-infra. */
    put(tree, "proc/driver/nvidia/params", "%s",
        "ResmanDebugLevel: 4294967295\nRmLogonRC: 1\nModifyDeviceFiles: 0\nDeviceFileUID: 0\n"
        "DeviceFileGID: 0\nDeviceFileMode: 438\nEnableMSI: 1\nEnableStreamMemOPs: 0\n"
        "NvLinkDisable: 0\nRmProfilingAdminOnly: 1\nEnableResizableBar: 0\n"
        "EnableGpuFirmware: 18\nExcludedGpus: \"\"\n");
    /* 195 was called nvidia-frontend until branch 545. The two others are given out at run time. */
    put(tree, "proc/devices",
        "Character devices:\n  1 mem\n  5 /dev/tty\n 10 misc\n136 pts\n195 %s\n%u nvidia-uvm\n"
        "506 nvidia-caps\n\nBlock devices:\n  7 loop\n259 blkext\n",
        branch(machine) >= 550 ? "nvidia" : "nvidia-frontend", MAJOR_UVM);
    put(tree, "sys/module/nvidia/version", "%s\n", machine->driver_version);
    put(tree, "sys/module/nvidia_uvm/version", "%s\n", machine->driver_version);
    put(tree, "dev/nvidiactl", "%s", "");
    put(tree, "dev/nvidia-uvm", "%s", "");
}

/* The bus is there without any GPU, too. */
static void put_bridge(struct tree *tree)
{
    static const char pci[] = "0000:00:00.0";

    put_pci(tree, pci, "vendor", "0x%04x", 0x8086);
    put_pci(tree, pci, "class", "0x%06x", 0x060000);
}

static void put_nodes(struct tree *tree, const struct sim_machine *machine)
{
    for (int node = 0; node <= last_node(machine); node++) {
        char path[64];

        snprintf(path, sizeof path, "sys/devices/system/node/node%d/cpulist", node);
        put(tree, path, "%d-%d\n", node * CPUS_PER_NODE, (node + 1) * CPUS_PER_NODE - 1);
    }
}

/* A host, not a container: one file system, and the kernel's own. */
static void put_mounts(struct tree *tree)
{
    put(tree, "proc/self/mountinfo", "%s",
        "22 1 259:1 / / rw,relatime - ext4 /dev/nvme0n1p1 rw\n"
        "23 22 0:21 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n"
        "24 22 0:22 / /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw\n"
        "25 22 0:6 / /dev rw,nosuid,relatime - devtmpfs udev rw,mode=755\n");
}

/* What a file cannot be: character devices, and that they open; links of the bus. The format is
 * that of captures, tests/fixtures/README.md. */
static void put_lists(struct tree *tree, const struct sim_machine *machine)
{
    char *nodes = NULL, *opens = NULL;
    size_t node_bytes, open_bytes;
    FILE *dev = open_memstream(&nodes, &node_bytes);
    FILE *open = open_memstream(&opens, &open_bytes);

    if (dev == NULL || open == NULL) {
        fail(tree, "dev.txt");
    } else {
        fprintf(dev,
                "crw-rw-rw- 1 0 0 195, 255 /dev/nvidiactl\n"
                "crw-rw-rw- 1 0 0 %u, 0 /dev/nvidia-uvm\n"
                "crw-rw-rw- 1 0 0 %u, 1 /dev/nvidia-uvm-tools\n",
                MAJOR_UVM, MAJOR_UVM);
        fputs("/dev/nvidiactl OK\n/dev/nvidia-uvm OK\n/dev/nvidia-uvm-tools OK\n", open);
        for (unsigned i = 0; i < machine->gpu_count; i++) {
            char folder[256];

            name_folder(machine, &machine->gpus[i], folder);
            fprintf(dev,
                    "crw-rw-rw- 1 0 0 195, %u /dev/nvidia%u\n"
                    "lrwxrwxrwx 1 0 0 0 /%s/driver -> ../../../bus/pci/drivers/nvidia\n",
                    i, i, folder);
            fprintf(open, "/dev/nvidia%u OK\n", i);
        }
    }
    if (dev != NULL && fclose(dev) == 0)
        put(tree, "dev.txt", "%s", nodes);
    if (open != NULL && fclose(open) == 0)
        put(tree, "open.txt", "%s", opens);
    put(tree, "capture", "%s\n", "a simulated machine");
    free(nodes);
    free(opens);
}

bool sim_root_write(int folder, const struct sim_machine *machine, char *err, size_t err_size)
{
    struct tree tree = { .folder = folder, .ok = true, .err = err, .err_size = err_size };

    put_module(&tree, machine);
    put_nodes(&tree, machine);
    put_bridge(&tree);
    for (unsigned i = 0; i < machine->gpu_count; i++)
        put_gpu(&tree, machine, i);
    put_mounts(&tree);
    put_lists(&tree, machine);
    return tree.ok;
}
