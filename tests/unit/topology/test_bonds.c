/* SPDX-License-Identifier: Apache-2.0 */
/* NVLinks of pairs, from what NVML may say of far ends; a tree of files says what the ends are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "topology/bonds.h"

#define GPU0 "0000:01:00.0"
#define GPU1 "0000:02:00.0"
#define GPU2 "0000:03:00.0"

struct machine {
    char folder[64];
    struct gst_root root;
    struct gst_topology topology;
    struct gst_nvlink_answer answer;
};

static void put_device(const struct machine *machine, const char *address, const char *vendor,
                       const char *pci_class)
{
    const char *const parts[] = { "sys", "bus", "pci", "devices", address };
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s", machine->folder);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        strcat(strcat(path, "/"), parts[i]);
        mkdir(path, 0700);
    }
    for (int i = 0; i < 2; i++) {
        char name[300];

        snprintf(name, sizeof(name), "%s/%s", path, i == 0 ? "vendor" : "class");
        file = fopen(name, "w");
        assert_non_null(file);
        fputs(i == 0 ? vendor : pci_class, file);
        fclose(file);
    }
}

static int start(void **state)
{
    static const char *const gpus[] = { GPU0, GPU1, GPU2 };
    struct machine *machine = calloc(1, sizeof(*machine));
    struct gst_status st = GST_STATUS_INIT;

    strcpy(machine->folder, "/tmp/gst-bonds-XXXXXX");
    *state = machine;
    if (mkdtemp(machine->folder) == NULL || !gst_root_open(&machine->root, machine->folder, &st))
        return -1;
    machine->answer.is_told = true;
    machine->answer.gpu_count = 3;
    machine->topology.gpu_count = 3;
    for (size_t i = 0; i < 3; i++) {
        strcpy(machine->topology.gpus[i].pci.address, gpus[i]);
        strcpy(machine->answer.gpus[i].address, gpus[i]);
    }
    return 0;
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

/* So many links of a GPU lead there. */
static void lead(struct machine *machine, size_t gpu, unsigned count, const char *remote)
{
    struct gst_nvlink_gpu *from = &machine->answer.gpus[gpu];

    while (count-- > 0)
        strcpy(from->remotes[from->up_count++], remote);
}

static unsigned between(struct machine *machine, size_t one, size_t other)
{
    return gst_bonds_between(&machine->topology, one, other);
}

/* Half of a hybrid cube mesh: two links to one neighbour, one to another (DGX-1V). */
static void test_bonds__direct(void **state)
{
    struct machine *machine = *state;

    lead(machine, 0, 2, GPU1);
    lead(machine, 1, 2, GPU0);
    lead(machine, 0, 1, GPU2);
    lead(machine, 2, 1, GPU0);
    gst_bonds_add(&machine->topology, &machine->root, &machine->answer);
    assert_int_equal(between(machine, 0, 1), 2);
    assert_int_equal(between(machine, 1, 0), 2);
    assert_int_equal(between(machine, 0, 2), 1);
    assert_int_equal(between(machine, 1, 2), 0);
    assert_int_equal(between(machine, 1, 1), 0);
    assert_int_equal(between(machine, 0, 3), 0);
}

/* Links to whichever switch: a GPU that lost one has one less to every peer. */
static void test_bonds__by_switches(void **state)
{
    struct machine *machine = *state;

    put_device(machine, "0000:07:00.0", "0x10de\n", "0x068000\n");
    for (size_t i = 0; i < 3; i++) {
        lead(machine, i, 4, "0000:07:00.0");
        lead(machine, i, i == 2 ? 1 : 2, "0000:08:00.0"); /* not in sysfs, as in a VM */
    }
    gst_bonds_add(&machine->topology, &machine->root, &machine->answer);
    assert_int_equal(between(machine, 0, 1), 6);
    assert_int_equal(between(machine, 0, 2), 5);
    assert_int_equal(between(machine, 2, 1), 5);
}

/* A GPU of another container and IBM's CPU are no way to a peer. */
static void test_bonds__other_ends(void **state)
{
    struct machine *machine = *state;

    put_device(machine, "0000:0a:00.0", "0x10de\n", "0x030200\n");
    put_device(machine, "0004:00:00.0", "0x1014\n", "0x068000\n");
    for (size_t i = 0; i < 3; i++) {
        lead(machine, i, 2, "0000:0a:00.0");
        lead(machine, i, 3, "0004:00:00.0");
    }
    gst_bonds_add(&machine->topology, &machine->root, &machine->answer);
    assert_int_equal(between(machine, 0, 1), 0);
    assert_true(machine->topology.knows_nvlinks);
}

static void test_bonds__not_told(void **state)
{
    struct machine *machine = *state;

    lead(machine, 0, 2, GPU1);
    machine->answer.is_told = false;
    strcpy(machine->answer.problem, "NVML answers 999");
    gst_bonds_add(&machine->topology, &machine->root, &machine->answer);
    assert_false(machine->topology.knows_nvlinks);
    assert_string_equal(machine->topology.nvlink_problem, "NVML answers 999");
    assert_int_equal(between(machine, 0, 1), 0);
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_bonds__direct),
        TREE_TEST(test_bonds__by_switches),
        TREE_TEST(test_bonds__other_ends),
        TREE_TEST(test_bonds__not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
