/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the synthetic root; see root.h. Layout and wording as in captures of /proc and /sys of
 * public reports on machines with A10G, V100 and H100 GPUs. What no machine file says and no
 * capture settles (interrupts, processors per node, who built the module when) is invented.
 */
#include "launcher/root.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/bus.h"
#include "launcher/tree.h"

#define CPUS_PER_NODE 16
#define MAJOR_UVM     234u /* given out at run time; invented */

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

static void put_information(struct sim_tree *tree, const struct sim_machine *machine,
                            unsigned minor, const char *pci)
{
    const struct sim_gpu *gpu = &machine->gpus[minor];
    const unsigned dma_bits = gpu->model.capability >= 90 ? 52 : 47;
    char path[128], firmware[64] = "";

    /* The open module works only with the firmware that comes with it. */
    if (has_open_module(machine))
        snprintf(firmware, sizeof firmware, "GPU Firmware: \t %s\n", machine->driver_version);
    snprintf(path, sizeof path, "proc/driver/nvidia/gpus/%s/information", pci);
    sim_tree_put(
        tree, path,
        "Model: \t\t %s\nIRQ:   \t\t %u\nGPU UUID: \t %s\nVideo BIOS: \t %s\nBus Type: \t PCIe\n"
        "DMA Size: \t %u bits\nDMA Mask: \t 0x%llx\nBus Location: \t %s\nDevice Minor: \t %u\n"
        "%sGPU Excluded: \t No\n",
        gpu->model.name, 100 + minor, gpu->uuid, gpu->model.vbios, dma_bits, (1ULL << dma_bits) - 1,
        pci, minor, firmware);
}

/* One file of a device on the PCI bus. */
__attribute__((format(printf, 4, 5))) static void put_pci(struct sim_tree *tree, const char *pci,
                                                          const char *file, const char *format, ...)
{
    char path[128], text[64];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    snprintf(path, sizeof path, "sys/bus/pci/devices/%s/%s", pci, file);
    sim_tree_put(tree, path, "%s\n", text);
}

static void put_device(struct sim_tree *tree, const struct sim_machine *machine,
                       const struct sim_gpu *gpu, const char *pci)
{
    const struct sim_gpu_model *model = &gpu->model;
    const int first = gpu->numa < 0 ? 0 : gpu->numa;
    const int last = gpu->numa < 0 ? last_node(machine) : gpu->numa;
    const unsigned gen = gpu->pcie_gen_idle != 0 ? gpu->pcie_gen_idle : gpu->pcie_gen_now;

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
    put_pci(tree, pci, "current_link_speed", "%s", sim_pcie_speed(gen));
    put_pci(tree, pci, "current_link_width", "%u", gpu->pcie_width_now);
    put_pci(tree, pci, "max_link_speed", "%s", sim_pcie_speed(model->pcie_gen));
    put_pci(tree, pci, "max_link_width", "%u", model->pcie_width);
}

static void put_gpu(struct sim_tree *tree, const struct sim_machine *machine, unsigned minor)
{
    const struct sim_gpu *gpu = &machine->gpus[minor];
    char pci[32], node[32];

    snprintf(pci, sizeof pci, "%04x:%02x:%02x.0", gpu->pci_domain, gpu->pci_bus, gpu->pci_device);
    snprintf(node, sizeof node, "dev/nvidia%u", minor);
    put_information(tree, machine, minor, pci);
    if (!machine->host.is_bus_hidden)
        put_device(tree, machine, gpu, pci);
    sim_tree_put(tree, node, "%s", "");
}

static void put_module(struct sim_tree *tree, const struct sim_machine *machine)
{
    sim_tree_put(tree, "proc/driver/nvidia/version",
                 "NVRM version: NVIDIA UNIX %s  %s  %s(simulated)  Thu Jan  1 00:00:00 UTC 1970\n"
                 "GCC version:  gcc version 12.2.0 (simulated)\n",
                 has_open_module(machine) ? "Open Kernel Module for x86_64"
                                          : "x86_64 Kernel Module",
                 machine->driver_version, has_open_module(machine) ? "Release Build  " : "");
    /* Injection turns ModifyDeviceFiles off, lest a process in the container makes nodes. Public
     * source of the names and other values: an H100 node, in NVIDIA/k8s-test-infra. */
    sim_tree_put(
        tree, "proc/driver/nvidia/params", "%s",
        "ResmanDebugLevel: 4294967295\nRmLogonRC: 1\nModifyDeviceFiles: 0\nDeviceFileUID: 0\n"
        "DeviceFileGID: 0\nDeviceFileMode: 438\nEnableMSI: 1\nEnableStreamMemOPs: 0\n"
        "NvLinkDisable: 0\nRmProfilingAdminOnly: 1\nEnableResizableBar: 0\n"
        "EnableGpuFirmware: 18\nExcludedGpus: \"\"\n");
    /* 195 was called nvidia-frontend until branch 545. The two others are given out at run time. */
    sim_tree_put(
        tree, "proc/devices",
        "Character devices:\n  1 mem\n  5 /dev/tty\n 10 misc\n136 pts\n195 %s\n%u nvidia-uvm\n"
        "506 nvidia-caps\n\nBlock devices:\n  7 loop\n259 blkext\n",
        branch(machine) >= 550 ? "nvidia" : "nvidia-frontend", MAJOR_UVM);
    sim_tree_put(tree, "sys/module/nvidia/version", "%s\n", machine->driver_version);
    sim_tree_put(tree, "sys/module/nvidia_uvm/version", "%s\n", machine->driver_version);
    sim_tree_put(tree, "dev/nvidiactl", "%s", "");
    sim_tree_put(tree, "dev/nvidia-uvm", "%s", "");
}

/* The bus is there without any GPU, too. */
static void put_bridge(struct sim_tree *tree)
{
    static const char pci[] = "0000:00:00.0";

    put_pci(tree, pci, "vendor", "0x%04x", 0x8086);
    put_pci(tree, pci, "class", "0x%06x", 0x060000);
}

static void put_nodes(struct sim_tree *tree, const struct sim_machine *machine)
{
    for (int node = 0; node <= last_node(machine); node++) {
        char path[64];

        snprintf(path, sizeof path, "sys/devices/system/node/node%d/cpulist", node);
        sim_tree_put(tree, path, "%d-%d\n", node * CPUS_PER_NODE, (node + 1) * CPUS_PER_NODE - 1);
    }
}

/* Where the process may run and take memory from; no line about who it is. Memory of one node only
 * is what `docker run --cpuset-mems` leaves. */
static void put_affinity(struct sim_tree *tree, const struct sim_machine *machine)
{
    const int last = last_node(machine), bound = machine->host.memory_node;
    char nodes[32];

    if (bound >= 0 || last == 0)
        snprintf(nodes, sizeof nodes, "%d", bound >= 0 ? bound : 0);
    else
        snprintf(nodes, sizeof nodes, "0-%d", last);
    sim_tree_put(tree, "proc/self/status",
                 "Name:\tsimulated\nCpus_allowed_list:\t0-%d\nMems_allowed_list:\t%s\n",
                 (last + 1) * CPUS_PER_NODE - 1, nodes);
}

/* A host, not a container: one file system, and the kernel's own. */
static void put_mounts(struct sim_tree *tree)
{
    sim_tree_put(tree, "proc/self/mountinfo", "%s",
                 "22 1 259:1 / / rw,relatime - ext4 /dev/nvme0n1p1 rw\n"
                 "23 22 0:21 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n"
                 "24 22 0:22 / /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw\n"
                 "25 22 0:6 / /dev rw,nosuid,relatime - devtmpfs udev rw,mode=755\n");
}

/* What somebody left for NCCL, and how much of /dev/shm there is. A machine of which nothing is
 * said has enough, and the list says nothing. */
static void put_nccl(struct sim_tree *tree, const struct sim_host *host)
{
    if (host->nccl_conf[0] != '\0')
        sim_tree_put(tree, host->nccl_conf_at[0] != '\0' ? host->nccl_conf_at + 1 : "etc/nccl.conf",
                     "%s\n", host->nccl_conf);
    if (host->shm_bytes != 0)
        sim_tree_put(tree, "statvfs.txt", "/dev/shm f_bsize=4096 f_flag=0x6 bytes=%llu\n",
                     (unsigned long long)host->shm_bytes);
}

/* What a file cannot be: character devices, and that they open; links of the bus. The format is
 * that of captures, tests/fixtures/README.md. */
static void put_lists(struct sim_tree *tree, const struct sim_machine *machine)
{
    char *nodes = NULL, *opens = NULL;
    size_t node_bytes, open_bytes;
    FILE *dev = open_memstream(&nodes, &node_bytes);
    FILE *open = open_memstream(&opens, &open_bytes);

    if (dev == NULL || open == NULL) {
        sim_tree_fail(tree, "dev.txt");
    } else {
        fprintf(dev,
                "crw-rw-rw- 1 0 0 195, 255 /dev/nvidiactl\n"
                "crw-rw-rw- 1 0 0 %u, 0 /dev/nvidia-uvm\n"
                "crw-rw-rw- 1 0 0 %u, 1 /dev/nvidia-uvm-tools\n",
                MAJOR_UVM, MAJOR_UVM);
        fputs("/dev/nvidiactl OK\n/dev/nvidia-uvm OK\n/dev/nvidia-uvm-tools OK\n", open);
        for (unsigned i = 0; i < machine->gpu_count; i++) {
            const struct sim_gpu *gpu = &machine->gpus[i];

            fprintf(dev, "crw-rw-rw- 1 0 0 195, %u /dev/nvidia%u\n", i, i);
            if (!machine->host.is_bus_hidden && !sim_bus_shows(machine, gpu))
                fprintf(dev,
                        "lrwxrwxrwx 1 0 0 0 /sys/bus/pci/devices/%04x:%02x:%02x.0/driver -> "
                        "../../../bus/pci/drivers/nvidia\n",
                        gpu->pci_domain, gpu->pci_bus, gpu->pci_device);
            fprintf(open, "/dev/nvidia%u OK\n", i);
        }
    }
    if (dev != NULL && fclose(dev) == 0)
        sim_tree_put(tree, "dev.txt", "%s", nodes);
    if (open != NULL && fclose(open) == 0)
        sim_tree_put(tree, "open.txt", "%s", opens);
    sim_tree_put(tree, "capture", "%s\n", "a simulated machine");
    free(nodes);
    free(opens);
}

bool sim_root_write(int folder, const struct sim_machine *machine, char *err, size_t err_size)
{
    struct sim_tree tree = { .folder = folder, .ok = true, .err = err, .err_size = err_size };

    put_module(&tree, machine);
    put_nodes(&tree, machine);
    if (!machine->host.is_bus_hidden) {
        put_bridge(&tree);
        sim_bus_put(&tree, machine);
    }
    for (unsigned i = 0; i < machine->gpu_count; i++)
        put_gpu(&tree, machine, i);
    put_mounts(&tree);
    put_affinity(&tree, machine);
    put_nccl(&tree, &machine->host);
    put_lists(&tree, machine);
    return tree.ok;
}
