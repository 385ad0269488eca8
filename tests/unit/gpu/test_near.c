/* SPDX-License-Identifier: Apache-2.0 */
/* Being near a GPU: the kernel's lists of CPUs, and that a thread comes back from where it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gpu/near.h"

static void test_cpu_list__ranges_and_single_ones(void **state)
{
    cpu_set_t cpus;

    (void)state;
    assert_true(gst_cpu_list_parse("0-3,8,10-11", &cpus));
    assert_int_equal(CPU_COUNT(&cpus), 7);
    assert_true(CPU_ISSET(0, &cpus) && CPU_ISSET(3, &cpus) && CPU_ISSET(8, &cpus));
    assert_true(CPU_ISSET(10, &cpus) && CPU_ISSET(11, &cpus));
    assert_false(CPU_ISSET(4, &cpus) || CPU_ISSET(9, &cpus));
    assert_true(gst_cpu_list_parse("5", &cpus));
    assert_int_equal(CPU_COUNT(&cpus), 1);
}

static void test_cpu_list__a_node_without_cpus_is_empty(void **state)
{
    cpu_set_t cpus;

    (void)state;
    assert_true(gst_cpu_list_parse("", &cpus));
    assert_int_equal(CPU_COUNT(&cpus), 0);
}

static void test_cpu_list__what_is_beyond_the_set_is_left_out(void **state)
{
    cpu_set_t cpus;

    (void)state;
    assert_true(gst_cpu_list_parse("1022-4000000000,5000", &cpus));
    assert_int_equal(CPU_COUNT(&cpus), 2); /* 1022 and 1023 */
}

static void test_cpu_list__anything_else_is_refused(void **state)
{
    static const char *const rows[] = { "a", "1-", "-1", "3-1", "1,", ",1", "1 2", "1-2-3", "0x1" };
    cpu_set_t cpus;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_false(gst_cpu_list_parse(rows[i], &cpus));
}

/* --- a tree that says where the GPU is --- */

struct tree {
    char path[64];
    char device[160];
    struct gst_root root;
    struct gst_gpu gpu;
};

static void plant_at(const char *folder, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void plant(const struct tree *tree, const char *name, const char *text)
{
    plant_at(tree->device, name, text);
}

static int setup(void **state)
{
    struct tree *tree = calloc(1, sizeof(*tree));
    struct gst_status st = GST_STATUS_INIT;
    char command[320];

    snprintf(tree->path, sizeof(tree->path), "/tmp/test-near.XXXXXX");
    assert_non_null(mkdtemp(tree->path));
    snprintf(tree->gpu.pci_id, sizeof(tree->gpu.pci_id), "0000:1b:00.0");
    snprintf(tree->device, sizeof(tree->device), "%s/sys/bus/pci/devices/%s", tree->path,
             tree->gpu.pci_id);
    snprintf(command, sizeof(command), "mkdir -p %s %s/proc/self", tree->device, tree->path);
    assert_int_equal(system(command), 0);
    assert_true(gst_root_open(&tree->root, tree->path, &st));
    *state = tree;
    return 0;
}

static int teardown(void **state)
{
    struct tree *tree = *state;
    char command[128];

    gst_root_close(&tree->root);
    snprintf(command, sizeof(command), "rm -r %s", tree->path);
    assert_int_equal(system(command), 0);
    free(tree);
    return 0;
}

/* The one CPU that this thread certainly may use. */
static int any_cpu(cpu_set_t *allowed)
{
    int cpu = 0;

    assert_int_equal(sched_getaffinity(0, sizeof(*allowed), allowed), 0);
    while (!CPU_ISSET((size_t)cpu, allowed))
        cpu++;
    return cpu;
}

static void test_near__goes_there_and_comes_back(void **state)
{
    const struct tree *tree = *state;
    struct gst_near near;
    cpu_set_t before, now;
    char text[64];
    const int cpu = any_cpu(&before);

    snprintf(text, sizeof(text), "%d\n", cpu);
    plant(tree, "numa_node", "1\n");
    plant(tree, "local_cpulist", text);
    gst_near_begin(&near, &tree->root, &tree->gpu);
    assert_true(near.is_moved);
    assert_int_equal(sched_getaffinity(0, sizeof(now), &now), 0);
    assert_int_equal(CPU_COUNT(&now), 1);
    assert_true(CPU_ISSET((size_t)cpu, &now));
    gst_near_end(&near);
    assert_int_equal(sched_getaffinity(0, sizeof(now), &now), 0);
    assert_true(CPU_EQUAL(&before, &now));
    assert_string_equal(gst_near_describe(&near, text, sizeof(text)), "host memory of NUMA node 1");
}

static void test_near__stays_where_it_may_not_go(void **state)
{
    const struct tree *tree = *state;
    struct gst_near near;
    cpu_set_t before, now;
    char text[64];

    any_cpu(&before);
    plant(tree, "numa_node", "1\n");
    plant(tree, "local_cpulist", "1023\n"); /* a CPU that no test machine has */
    gst_near_begin(&near, &tree->root, &tree->gpu);
    assert_false(near.is_moved);
    gst_near_end(&near);
    assert_int_equal(sched_getaffinity(0, sizeof(now), &now), 0);
    assert_true(CPU_EQUAL(&before, &now));
    assert_string_equal(gst_near_describe(&near, text, sizeof(text)),
                        "host memory of any NUMA node, the GPU is at 1");
}

/* Virtual machines, and machines whose sysfs is masked. */
static void test_near__a_machine_that_does_not_tell(void **state)
{
    const struct tree *tree = *state;
    struct gst_near near;
    char text[64];

    gst_near_begin(&near, &tree->root, &tree->gpu);
    assert_false(near.is_moved);
    assert_int_equal(near.node, -1);
    plant(tree, "numa_node", "-1\n");
    plant(tree, "local_cpulist", "0\n");
    gst_near_begin(&near, &tree->root, &tree->gpu);
    assert_false(near.is_moved);
    assert_string_equal(gst_near_describe(&near, text, sizeof(text)),
                        "host memory of any NUMA node");
}

/* What /proc/self says of the process, for a GPU at node 1, whose CPUs are 16 to 31. */
static void test_near__far_where_the_process_may_not_use_the_node(void **state)
{
    static const struct {
        const char *status, *maps, *may_use; /* NULL: the file is missing; it is not far */
    } rows[] = {
        { "Name:\tx\nCpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n", NULL, NULL },
        { "Name:\tx\nCpus_allowed_list:\t0-31\nMems_allowed_list:\t1\n", NULL, NULL },
        { "Name:\tx\nCpus_allowed_list:\t0-31\nMems_allowed_list:\t0\n", NULL,
          "memory of NUMA node 0" },
        { "Cpus_allowed_list:\t0-15\nMems_allowed_list:\t0-1\n", NULL, "CPUs 0-15" },
        { "Cpus_allowed_list:\t0-15,31\nMems_allowed_list:\t0-1\n", NULL, NULL },
        /* numactl */
        { "Cpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n",
          "559000 bind:0 file=/bin/x\n7f00 default\n", "memory of NUMA node 0" },
        { "Cpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n", "559000 bind=static:0-1 a=1\n",
          NULL },
        { "Cpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n", "559000 prefer:0 a=1\n",
          "memory of NUMA node 0" },
        { "Cpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n", "559000 interleave:0 a=1\n",
          NULL },
        { "Cpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n", "559000 default file=/a:b\n",
          NULL },
        /* bound to the right memory, from the wrong CPUs */
        { "Cpus_allowed_list:\t0-15\nMems_allowed_list:\t0-1\n", "559000 bind:1 a=1\n", NULL },
        /* what cannot be read proves nothing */
        { "Cpus_allowed_list:\t?\nMems_allowed_list:\t?\n", "", NULL },
        { "XMems_allowed_list:\t0\n", "559000", NULL },
        { "", "559000 bind: a=1\n", NULL },
    };
    const struct tree *tree = *state;
    char folder[96], text[128], expected[128];

    snprintf(folder, sizeof(folder), "%s/proc/self", tree->path);
    plant(tree, "numa_node", "1\n");
    plant(tree, "local_cpulist", "16-31\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_near near;

        plant_at(folder, "status", rows[i].status);
        plant_at(folder, "numa_maps", rows[i].maps == NULL ? "" : rows[i].maps);
        gst_near_begin(&near, &tree->root, &tree->gpu);
        gst_near_end(&near);
        assert_int_equal(near.is_far, rows[i].may_use != NULL);
        if (rows[i].may_use == NULL)
            continue;
        snprintf(expected, sizeof(expected),
                 "host memory far from the GPU at NUMA node 1: the process may use %s only",
                 rows[i].may_use);
        assert_string_equal(gst_near_describe(&near, text, sizeof(text)), expected);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_near__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpu_list__ranges_and_single_ones),
        cmocka_unit_test(test_cpu_list__a_node_without_cpus_is_empty),
        cmocka_unit_test(test_cpu_list__what_is_beyond_the_set_is_left_out),
        cmocka_unit_test(test_cpu_list__anything_else_is_refused),
        CASE(goes_there_and_comes_back),
        CASE(stays_where_it_may_not_go),
        CASE(a_machine_that_does_not_tell),
        CASE(far_where_the_process_may_not_use_the_node),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
