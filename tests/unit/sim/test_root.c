/* SPDX-License-Identifier: Apache-2.0 */
/* What machines made by hand show in /proc, /sys and /dev; every text was written out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "launcher/root.h"

struct file {
    const char *path, *text;
};

/* An H100 whose link came up at half its width, and a GeForce board on the other socket that has
 * fallen off the bus and that CUDA does not show. */
static struct sim_machine new_machine(void)
{
    struct sim_machine machine = { .driver_version = "580.95.05",
                                   .gpu_count = 2,
                                   .host = { .memory_node = -1 } };

    machine.gpus[0] = (struct sim_gpu){
        .model = { .name = "NVIDIA H100 80GB HBM3",
                   .vbios = "96.00.99.00.01",
                   .capability = 90,
                   .has_serial = true,
                   .pci_device_id = 0x233010de,
                   .pci_subsystem_id = 0x16c110de,
                   .pcie_gen = 5,
                   .pcie_width = 16 },
        .uuid = "GPU-00000000-0000-4000-8000-000000000001",
        .pci_bus = 0x1b,
        .numa = 0,
        .pcie_gen_now = 4,
        .pcie_width_now = 8,
    };
    machine.gpus[1] = (struct sim_gpu){
        .model = { .name = "NVIDIA GeForce RTX 4090",
                   .vbios = "95.02.3c.00.01",
                   .capability = 89,
                   .pci_device_id = 0x268410de,
                   .pci_subsystem_id = 0x510119da,
                   .pcie_gen = 4,
                   .pcie_width = 16 },
        .uuid = "GPU-00000000-0000-4000-8000-000000000002",
        .pci_domain = 0x10,
        .pci_bus = 0xc3,
        .pci_device = 0x1e,
        .numa = 1,
        .pcie_gen_now = 4,
        .pcie_gen_idle = 1,
        .pcie_width_now = 16,
        .is_hidden_from_cuda = true,
        .is_hidden_from_nvml = true,
        .gets_lost = true,
    };
    machine.libraries[SIM_LIBRARY_CUDA].is_missing = true;
    return machine;
}

/* A virtual machine of some years ago. */
static struct sim_machine old_machine(void)
{
    struct sim_machine machine = { .driver_version = "525.60.13",
                                   .gpu_count = 1,
                                   .host = { .memory_node = -1 } };

    machine.gpus[0] = (struct sim_gpu){
        .model = { .name = "Tesla T4",
                   .vbios = "90.04.A7.00.01",
                   .capability = 75,
                   .has_serial = true,
                   .pci_device_id = 0x1eb810de,
                   .pci_subsystem_id = 0x12a210de,
                   .pcie_gen = 3,
                   .pcie_width = 16 },
        .uuid = "GPU-00000000-0000-4000-8000-000000000003",
        .pci_device = 7,
        .numa = -1,
        .pcie_gen_now = 3,
        .pcie_width_now = 16,
    };
    return machine;
}

static int make_folder(char *template)
{
    int fd;

    assert_non_null(mkdtemp(template));
    fd = open(template, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void remove_folder(int fd, const char *folder)
{
    char command[128];

    close(fd);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void assert_file(int folder, const struct file *file)
{
    char text[1024];
    int fd = openat(folder, file->path, O_RDONLY | O_CLOEXEC);
    ssize_t length;

    if (fd < 0)
        fail_msg("no file '%s'", file->path);
    length = read(fd, text, sizeof text - 1);
    close(fd);
    assert_true(length >= 0);
    text[length] = '\0';
    if (strcmp(text, file->text) != 0)
        fail_msg("'%s' holds '%s', not '%s'", file->path, text, file->text);
}

static void check(const struct sim_machine *machine, const struct file *files, size_t count,
                  const char *listing)
{
    char folder[] = "/tmp/test_root.XXXXXX", err[256] = "", command[256], names[1024] = "";
    int fd = make_folder(folder);
    FILE *list;

    assert_true(sim_root_write(fd, machine, err, sizeof err));
    assert_string_equal(err, "");
    for (size_t i = 0; i < count; i++)
        assert_file(fd, &files[i]);

    snprintf(command, sizeof command,
             "cd %s && ls -d dev/* sys/bus/pci/devices/* sys/devices/system/node/*"
             " proc/driver/nvidia/gpus/* 2>&- | LC_ALL=C sort",
             folder);
    list = popen(command, "r");
    assert_non_null(list);
    names[fread(names, 1, sizeof names - 1, list)] = '\0';
    pclose(list);
    assert_string_equal(names, listing);
    remove_folder(fd, folder);
}

#define PCI0 "sys/bus/pci/devices/0000:1b:00.0/"
#define PCI1 "sys/bus/pci/devices/0010:c3:1e.0/"
#define PCI2 "sys/bus/pci/devices/0000:00:07.0/"

static void test_root__new_machine(void **state)
{
    static const struct file files[] = {
        { "proc/driver/nvidia/version",
          "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build  "
          "(simulated)  Thu Jan  1 00:00:00 UTC 1970\n"
          "GCC version:  gcc version 12.2.0 (simulated)\n" },
        { "proc/driver/nvidia/gpus/0000:1b:00.0/information",
          "Model: \t\t NVIDIA H100 80GB HBM3\n"
          "IRQ:   \t\t 100\n"
          "GPU UUID: \t GPU-00000000-0000-4000-8000-000000000001\n"
          "Video BIOS: \t 96.00.99.00.01\n"
          "Bus Type: \t PCIe\n"
          "DMA Size: \t 52 bits\n"
          "DMA Mask: \t 0xfffffffffffff\n"
          "Bus Location: \t 0000:1b:00.0\n"
          "Device Minor: \t 0\n"
          "GPU Firmware: \t 580.95.05\n"
          "GPU Excluded: \t No\n" },
        { "proc/driver/nvidia/gpus/0010:c3:1e.0/information",
          "Model: \t\t NVIDIA GeForce RTX 4090\n"
          "IRQ:   \t\t 101\n"
          "GPU UUID: \t GPU-00000000-0000-4000-8000-000000000002\n"
          "Video BIOS: \t 95.02.3c.00.01\n"
          "Bus Type: \t PCIe\n"
          "DMA Size: \t 47 bits\n"
          "DMA Mask: \t 0x7fffffffffff\n"
          "Bus Location: \t 0010:c3:1e.0\n"
          "Device Minor: \t 1\n"
          "GPU Firmware: \t 580.95.05\n"
          "GPU Excluded: \t No\n" },
        { "proc/devices", "Character devices:\n  1 mem\n  5 /dev/tty\n 10 misc\n136 pts\n"
                          "195 nvidia\n234 nvidia-uvm\n506 nvidia-caps\n\n"
                          "Block devices:\n  7 loop\n259 blkext\n" },
        { PCI0 "vendor", "0x10de\n" },
        { PCI0 "device", "0x2330\n" },
        { PCI0 "class", "0x030200\n" },
        { PCI0 "subsystem_vendor", "0x10de\n" },
        { PCI0 "subsystem_device", "0x16c1\n" },
        { PCI0 "numa_node", "0\n" },
        { PCI0 "local_cpulist", "0-15\n" },
        { PCI0 "current_link_speed", "16.0 GT/s PCIe\n" },
        { PCI0 "current_link_width", "8\n" },
        { PCI0 "max_link_speed", "32.0 GT/s PCIe\n" },
        { PCI0 "max_link_width", "16\n" },
        { PCI1 "device", "0x2684\n" },
        { PCI1 "class", "0x030000\n" },
        { PCI1 "subsystem_vendor", "0x19da\n" },
        { PCI1 "subsystem_device", "0x5101\n" },
        { PCI1 "numa_node", "1\n" },
        { PCI1 "local_cpulist", "16-31\n" },
        { PCI1 "current_link_speed", "2.5 GT/s PCIe\n" },
        { PCI1 "max_link_speed", "16.0 GT/s PCIe\n" },
        { "sys/devices/system/node/node0/cpulist", "0-15\n" },
        { "sys/devices/system/node/node1/cpulist", "16-31\n" },
        { "proc/self/status",
          "Name:\tsimulated\nCpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n" },
        { "dev/nvidia0", "" },
        { "dev/nvidiactl", "" },
    };
    const struct sim_machine machine = new_machine();

    (void)state;
    check(&machine, files, sizeof files / sizeof files[0],
          "dev/nvidia-uvm\ndev/nvidia0\ndev/nvidia1\ndev/nvidiactl\n"
          "proc/driver/nvidia/gpus/0000:1b:00.0\nproc/driver/nvidia/gpus/0010:c3:1e.0\n"
          "sys/bus/pci/devices/0000:00:00.0\n"
          "sys/bus/pci/devices/0000:1b:00.0\nsys/bus/pci/devices/0010:c3:1e.0\n"
          "sys/devices/system/node/node0\nsys/devices/system/node/node1\n");
}

static void test_root__old_machine(void **state)
{
    static const struct file files[] = {
        { "proc/driver/nvidia/version",
          "NVRM version: NVIDIA UNIX x86_64 Kernel Module  525.60.13  "
          "(simulated)  Thu Jan  1 00:00:00 UTC 1970\n"
          "GCC version:  gcc version 12.2.0 (simulated)\n" },
        { "proc/driver/nvidia/gpus/0000:00:07.0/information",
          "Model: \t\t Tesla T4\n"
          "IRQ:   \t\t 100\n"
          "GPU UUID: \t GPU-00000000-0000-4000-8000-000000000003\n"
          "Video BIOS: \t 90.04.A7.00.01\n"
          "Bus Type: \t PCIe\n"
          "DMA Size: \t 47 bits\n"
          "DMA Mask: \t 0x7fffffffffff\n"
          "Bus Location: \t 0000:00:07.0\n"
          "Device Minor: \t 0\n"
          "GPU Excluded: \t No\n" },
        { "proc/devices", "Character devices:\n  1 mem\n  5 /dev/tty\n 10 misc\n136 pts\n"
                          "195 nvidia-frontend\n234 nvidia-uvm\n506 nvidia-caps\n\n"
                          "Block devices:\n  7 loop\n259 blkext\n" },
        { PCI2 "numa_node", "-1\n" },
        { PCI2 "local_cpulist", "0-15\n" },
        { PCI2 "current_link_speed", "8.0 GT/s PCIe\n" },
        { "proc/self/status",
          "Name:\tsimulated\nCpus_allowed_list:\t0-15\nMems_allowed_list:\t0\n" },
    };
    const struct sim_machine machine = old_machine();

    (void)state;
    check(&machine, files, sizeof files / sizeof files[0],
          "dev/nvidia-uvm\ndev/nvidia0\ndev/nvidiactl\nproc/driver/nvidia/gpus/0000:00:07.0\n"
          "sys/bus/pci/devices/0000:00:00.0\n"
          "sys/bus/pci/devices/0000:00:07.0\nsys/devices/system/node/node0\n");
}

/* All memory from the second node: the process still runs anywhere. */
static void test_root__memory_of_one_node(void **state)
{
    static const struct file status = {
        "proc/self/status", "Name:\tsimulated\nCpus_allowed_list:\t0-31\nMems_allowed_list:\t1\n"
    };
    char folder[] = "/tmp/test_root.XXXXXX", err[256] = "";
    struct sim_machine machine = new_machine();
    int fd = make_folder(folder);

    (void)state;
    machine.host.memory_node = 1;
    assert_true(sim_root_write(fd, &machine, err, sizeof err));
    assert_file(fd, &status);
    remove_folder(fd, folder);
}

/* Nothing of it is there unless the machine says so: see the whole trees above. */
static void test_root__what_nccl_finds(void **state)
{
    static const struct file files[] = {
        { "etc/nccl.conf", "NCCL_P2P_DISABLE=1\n" },
        { "statvfs.txt", "/dev/shm f_bsize=4096 f_flag=0x6 bytes=67108864\n" },
    };
    char folder[] = "/tmp/test_root.XXXXXX", err[256] = "";
    struct sim_machine machine = new_machine();
    int fd = make_folder(folder);

    (void)state;
    machine.host.shm_bytes = 64 << 20;
    snprintf(machine.host.nccl_conf, sizeof machine.host.nccl_conf, "NCCL_P2P_DISABLE=1");
    assert_true(sim_root_write(fd, &machine, err, sizeof err));
    assert_file(fd, &files[0]);
    assert_file(fd, &files[1]);
    remove_folder(fd, folder);
}

static void test_root__no_gpu(void **state)
{
    const struct sim_machine machine = { .driver_version = "580.95.05" };

    (void)state;
    check(&machine, NULL, 0,
          "dev/nvidia-uvm\ndev/nvidiactl\nsys/bus/pci/devices/0000:00:00.0\n"
          "sys/devices/system/node/node0\n");
}

/* The second GPU stands below a switch that came up with half of its lanes, the first below none.
 */
static void test_root__switch(void **state)
{
#define SWITCH "sys/devices/pci0010:14/0010:14:00.0/0010:15:00.0/"
    static const struct file files[] = {
        { "sys/devices/pci0010:14/0010:14:00.0/class", "0x060400\n" },
        { "sys/devices/pci0010:14/0010:14:00.0/current_link_width", "8\n" },
        { SWITCH "numa_node", "1\n" },
        { SWITCH "current_link_speed", "8.0 GT/s PCIe\n" },
        { SWITCH "current_link_width", "8\n" },
        { SWITCH "max_link_speed", "16.0 GT/s PCIe\n" },
        { SWITCH "max_link_width", "16\n" },
        { SWITCH "0010:16:00.0/max_link_width", "16\n" },
        { SWITCH "0010:16:00.0/0010:c3:1e.0/vendor", "0x10de\n" },
        { PCI1 "numa_node", "1\n" },
        { PCI1 "current_link_speed", "2.5 GT/s PCIe\n" },
        { "sys/bus/pci/devices/0010:15:00.0/max_link_width", "16\n" },
        { PCI0 "numa_node", "0\n" },
    };
#undef SWITCH
    struct sim_machine machine = new_machine();

    (void)state;
    machine.gpus[0].bridge = -1;
    machine.gpus[1].bridge = 3;
    machine.host.switches[3] = (struct sim_pcie_switch){
        .gen = 3, .width = 8, .gen_most = 4, .width_most = 16, .bus = 0x15
    };
    check(&machine, files, sizeof files / sizeof files[0],
          "dev/nvidia-uvm\ndev/nvidia0\ndev/nvidia1\ndev/nvidiactl\n"
          "proc/driver/nvidia/gpus/0000:1b:00.0\nproc/driver/nvidia/gpus/0010:c3:1e.0\n"
          "sys/bus/pci/devices/0000:00:00.0\nsys/bus/pci/devices/0000:1b:00.0\n"
          "sys/bus/pci/devices/0010:14:00.0\nsys/bus/pci/devices/0010:15:00.0\n"
          "sys/bus/pci/devices/0010:16:00.0\nsys/bus/pci/devices/0010:c3:1e.0\n"
          "sys/devices/system/node/node0\nsys/devices/system/node/node1\n");
}

static void test_root__does_not_write_over_another(void **state)
{
    char folder[] = "/tmp/test_root.XXXXXX", err[256] = "";
    const struct sim_machine machine = old_machine();
    int fd = make_folder(folder);

    (void)state;
    assert_true(sim_root_write(fd, &machine, err, sizeof err));
    assert_false(sim_root_write(fd, &machine, err, sizeof err));
    assert_string_equal(err, "cannot write '/proc/driver/nvidia/version' of the simulated machine: "
                             "File exists");
    remove_folder(fd, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root__new_machine),
        cmocka_unit_test(test_root__old_machine),
        cmocka_unit_test(test_root__memory_of_one_node),
        cmocka_unit_test(test_root__what_nccl_finds),
        cmocka_unit_test(test_root__no_gpu),
        cmocka_unit_test(test_root__switch),
        cmocka_unit_test(test_root__does_not_write_over_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
