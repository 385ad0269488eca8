/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices of a bus are taken, on a small tree of files made for each test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "topology/topology.h"

struct machine {
    char folder[64];
    struct gst_root root;
    struct gst_topology topology;
};

static void put(const struct machine *machine, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", machine->folder, name);
    for (char *at = strchr(path + strlen(machine->folder) + 1, '/'); at != NULL;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void put_device(const struct machine *machine, const char *address, const char *vendor,
                       const char *pci_class, const char *node)
{
    static const char *const files[] = { "vendor", "class", "numa_node" };
    const char *const texts[] = { vendor, pci_class, node };

    for (size_t i = 0; i < 3; i++) {
        char path[128];

        snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/%s", address, files[i]);
        put(machine, path, texts[i]);
    }
}

static int start(void **state)
{
    struct machine *machine = calloc(1, sizeof(*machine));
    struct gst_status st = GST_STATUS_INIT;

    strcpy(machine->folder, "/tmp/gst-topology-XXXXXX");
    *state = machine;
    return mkdtemp(machine->folder) != NULL && gst_root_open(&machine->root, machine->folder, &st)
               ? 0
               : -1;
}

static int stop(void **state)
{
    struct machine *machine = *state;
    char command[128];

    snprintf(command, sizeof(command), "rm -r '%s'", machine->folder);
    gst_root_close(&machine->root);
    free(machine);
    return system(command);
}

static void test_topology__no_bus(void **state)
{
    struct machine *machine = *state;

    assert_false(gst_topology_read(&machine->topology, &machine->root));
    put(machine, "sys/bus/pci/devices/README", "");
    assert_true(gst_topology_read(&machine->topology, &machine->root));
    assert_int_equal(gst_topology_count(&machine->topology), 0);
}

static void test_topology__what_is_a_gpu_and_what_a_nic(void **state)
{
    struct machine *machine = *state;
    struct gst_topology *topology = &machine->topology;
    char label[16];

    put_device(machine, "0000:00:02.0", "0x8086\n", "0x030000\n", "0\n"); /* Intel's graphics */
    put_device(machine, "0000:01:00.0", "0x10de\n", "0x030200\n", "0\n");
    put_device(machine, "0000:01:00.1", "0x10de\n", "0x040300\n", "0\n"); /* its sound */
    put_device(machine, "0000:02:00.0", "0x10de\n", "0x068000\n", "0\n"); /* NVSwitch */
    put_device(machine, "0000:03:00.0", "0x15b3\n", "0x020700\n", "0\n");
    put_device(machine, "0000:03:00.1", "0x15b3\n", "0x020700\n", "0\n");
    put(machine, "sys/bus/pci/devices/0000:03:00.0/infiniband/mlx5_0/node_guid", "0\n");
    put(machine, "sys/bus/pci/devices/0000:03:00.1/physfn/vendor", "0x15b3\n"); /* virtual */
    put_device(machine, "0000:04:00.0", "0x8086\n", "0x020000\n", "0\n");       /* no RDMA */
    put_device(machine, "0000:05:00.0", "0x1d0f\n", "0x020000\n", "1\n");       /* EFA */
    put(machine, "sys/bus/pci/devices/0000:05:00.0/infiniband/rdmap5s0/node_guid", "0\n");
    put_device(machine, "0000:06:00.0", "0x15b3\n", "0x020000\n", "-1\n");
    put(machine, "sys/bus/pci/devices/0000:06:00.0/net/ens6/mtu", "1500\n");

    assert_true(gst_topology_read(topology, &machine->root));
    assert_int_equal(topology->gpu_count, 1);
    assert_int_equal(topology->nic_count, 3);
    assert_string_equal(topology->gpus[0].pci.address, "0000:01:00.0");
    assert_string_equal(topology->gpus[0].name, "");
    assert_string_equal(topology->nics[0].name, "ens6");
    assert_string_equal(topology->nics[1].name, "mlx5_0");
    assert_string_equal(topology->nics[2].name, "rdmap5s0");
    assert_int_equal(topology->nics[0].pci.numa, GST_PCI_NO_NODE);
    assert_int_equal(topology->nics[2].pci.numa, 1);
    assert_false(topology->is_tree_told);
    assert_ptr_equal(gst_topology_at(topology, 2), &topology->nics[1]);
    assert_string_equal(gst_topology_label(topology, 0, label), "GPU0");
    assert_string_equal(gst_topology_label(topology, 2, label), "NIC1");
    assert_int_equal(gst_topology_nearest_nic(topology, 0), GST_DISTANCE_NODE);
}

/* The bus shows a container all of them. */
static void test_topology__what_the_driver_does_not_show_is_counted(void **state)
{
    struct machine *machine = *state;
    struct gst_topology *topology = &machine->topology;

    put_device(machine, "0000:01:00.0", "0x10de\n", "0x030200\n", "0\n");
    put_device(machine, "0000:02:00.0", "0x10de\n", "0x030200\n", "0\n");
    put(machine, "proc/driver/nvidia/gpus/0000:02:00.0/information",
        "Model: \t\t NVIDIA L4\nIRQ:   \t\t 101\n");
    assert_true(gst_topology_read(topology, &machine->root));
    assert_int_equal(topology->gpu_count, 1);
    assert_string_equal(topology->gpus[0].pci.address, "0000:02:00.0");
    assert_string_equal(topology->gpus[0].name, "NVIDIA L4");
    assert_int_equal(topology->other_gpu_count, 1);
    assert_int_equal(gst_topology_nearest_nic(topology, 0), GST_DISTANCE_COUNT);
}

static void test_topology__what_does_not_fit_is_counted(void **state)
{
    struct machine *machine = *state;

    for (int i = 0; i < GST_TOPOLOGY_GPUS + 2; i++) {
        char address[32];

        snprintf(address, sizeof(address), "0000:%02x:00.0", i);
        put_device(machine, address, "0x10de\n", "0x030200\n", "0\n");
    }
    assert_true(gst_topology_read(&machine->topology, &machine->root));
    assert_int_equal(machine->topology.gpu_count, GST_TOPOLOGY_GPUS);
    assert_int_equal(machine->topology.left_out_count, 2);
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_topology__no_bus),
        TREE_TEST(test_topology__what_is_a_gpu_and_what_a_nic),
        TREE_TEST(test_topology__what_the_driver_does_not_show_is_counted),
        TREE_TEST(test_topology__what_does_not_fit_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
