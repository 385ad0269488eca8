/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the synthetic root; see root.h. Layout as in captures of /proc of real machines. */
#include "root.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct tree {
    const char *root;
    bool ok;
    char *err;
    size_t err_size;
};

static void fail(struct tree *tree, const char *path)
{
    if (tree->ok)
        snprintf(tree->err, tree->err_size, "cannot write '%s': %s", path, strerror(errno));
    tree->ok = false;
}

static void make_parents(struct tree *tree, char *path)
{
    for (char *at = strchr(path + strlen(tree->root) + 1, '/'); at != NULL;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            fail(tree, path);
        *at = '/';
    }
}

/* Writes one file, and the folders above it. */
static void put(struct tree *tree, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void put(struct tree *tree, const char *name, const char *format, ...)
{
    char path[4096];
    va_list list;
    FILE *file;

    if (!tree->ok)
        return;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", tree->root, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        fail(tree, tree->root);
        return;
    }
    make_parents(tree, path);
    file = fopen(path, "we");
    if (file == NULL) {
        fail(tree, path);
        return;
    }
    va_start(list, format);
    vfprintf(file, format, list);
    va_end(list);
    if (fclose(file) != 0)
        fail(tree, path);
}

static const char *speed(unsigned gen)
{
    static const char *const SPEEDS[] = { "Unknown",       "2.5 GT/s PCIe",  "5.0 GT/s PCIe",
                                          "8.0 GT/s PCIe", "16.0 GT/s PCIe", "32.0 GT/s PCIe",
                                          "64.0 GT/s PCIe" };

    return SPEEDS[gen < sizeof SPEEDS / sizeof SPEEDS[0] ? gen : 0];
}

static void put_proc(struct tree *tree, const struct sim_gpu *gpu, unsigned minor, const char *pci,
                     const char *driver)
{
    char name[128];

    snprintf(name, sizeof name, "proc/driver/nvidia/gpus/%s/information", pci);
    put(tree, name,
        "Model: \t\t %s\nIRQ:   \t\t %u\nGPU UUID: \t %s\nVideo BIOS: \t %s\n"
        "Bus Type: \t PCIe\nDMA Size: \t 52 bits\nDMA Mask: \t 0xfffffffffffff\n"
        "Bus Location: \t %s\nDevice Minor: \t %u\nGPU Firmware: \t %s\nGPU Excluded:\t No\n",
        gpu->model.name, 100 + minor, gpu->uuid, gpu->model.vbios, pci, minor, driver);
}

static void put_sys(struct tree *tree, const struct sim_gpu *gpu, const char *pci)
{
    const struct sim_gpu_model *model = &gpu->model;
    char name[128];

#define SYS(file, ...)                                                                             \
    do {                                                                                           \
        snprintf(name, sizeof name, "sys/bus/pci/devices/%s/" file, pci);                          \
        put(tree, name, __VA_ARGS__);                                                              \
    } while (0)
    SYS("vendor", "0x%04x\n", model->pci_device_id & 0xffff);
    SYS("device", "0x%04x\n", model->pci_device_id >> 16);
    SYS("subsystem_vendor", "0x%04x\n", model->pci_subsystem_id & 0xffff);
    SYS("subsystem_device", "0x%04x\n", model->pci_subsystem_id >> 16);
    /* Boards without a display connector are 3D controllers, the others VGA. */
    SYS("class", "%s\n", model->has_serial ? "0x030200" : "0x030000");
    SYS("numa_node", "%d\n", gpu->numa);
    SYS("current_link_speed", "%s\n", speed(gpu->pcie_gen_now));
    SYS("current_link_width", "%u\n", gpu->pcie_width_now);
    SYS("max_link_speed", "%s\n", speed(model->pcie_gen));
    SYS("max_link_width", "%u\n", model->pcie_width);
#undef SYS
}

static void put_gpu(struct tree *tree, const struct sim_machine *machine, unsigned minor)
{
    const struct sim_gpu *gpu = &machine->gpus[minor];
    char pci[32], name[32];

    snprintf(pci, sizeof pci, "%04x:%02x:%02x.0", gpu->pci_domain, gpu->pci_bus, gpu->pci_device);
    put_proc(tree, gpu, minor, pci, machine->driver_version);
    put_sys(tree, gpu, pci);
    snprintf(name, sizeof name, "dev/nvidia%u", minor);
    put(tree, name, "%s", "");
}

static void put_driver(struct tree *tree, const struct sim_machine *machine)
{
    put(tree, "proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  %s  Release Build\n"
        "GCC version:  gcc version 12.2.0\n",
        machine->driver_version);
    put(tree, "proc/driver/nvidia/params", "%s",
        "ResmanDebugLevel: 4294967295\nRmLogonRC: 1\nModifyDeviceFiles: 1\nDeviceFileUID: 0\n"
        "DeviceFileGID: 0\nDeviceFileMode: 438\nInitializeSystemMemoryAllocations: 1\n"
        "UsePageAttributeTable: 4294967295\nEnableMSI: 1\nEnablePCIeGen3: 0\nMemoryPoolSize: 0\n");
    put(tree, "proc/devices", "%s",
        "Character devices:\n  1 mem\n  5 /dev/tty\n195 nvidia\n195 nvidiactl\n"
        "235 nvidia-caps\n511 nvidia-uvm\n\nBlock devices:\n259 blkext\n");
    put(tree, "dev/nvidiactl", "%s", "");
    put(tree, "dev/nvidia-uvm", "%s", "");
}

static void put_nodes(struct tree *tree, const struct sim_machine *machine)
{
    int last = 0;

    for (unsigned i = 0; i < machine->gpu_count; i++)
        last = machine->gpus[i].numa > last ? machine->gpus[i].numa : last;
    if (last == 0)
        put(tree, "sys/devices/system/node/online", "0\n");
    else
        put(tree, "sys/devices/system/node/online", "0-%d\n", last);
    for (int node = 0; node <= last; node++) {
        char name[64];

        snprintf(name, sizeof name, "sys/devices/system/node/node%d/cpulist", node);
        put(tree, name, "%d-%d\n", node * 16, node * 16 + 15);
    }
}

bool sim_root_make(const char *root, const struct sim_machine *machine, char *err, size_t err_size)
{
    struct tree tree = { .root = root, .ok = true, .err = err, .err_size = err_size };

    put_driver(&tree, machine);
    put_nodes(&tree, machine);
    for (unsigned i = 0; i < machine->gpu_count; i++)
        put_gpu(&tree, machine, i);
    return tree.ok;
}
