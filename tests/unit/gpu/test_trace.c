/* SPDX-License-Identifier: Apache-2.0 */
/* Traces of a GPU in small hand-made trees. */
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

#include "gpu/trace.h"

struct tree {
    char path[64];
    struct gst_root root;
    struct gst_trace trace;
};

static void put(const struct tree *tree, const char *file, const char *text)
{
    char command[512];
    char path[256];
    FILE *out;

    snprintf(path, sizeof(path), "%s%s", tree->path, file);
    snprintf(command, sizeof(command), "mkdir -p \"$(dirname '%s')\"", path);
    assert_int_equal(system(command), 0);
    out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int setup(void **state)
{
    struct tree *tree = calloc(1, sizeof(*tree));

    snprintf(tree->path, sizeof(tree->path), "/tmp/gst_trace_XXXXXX");
    *state = tree;
    return mkdtemp(tree->path) == NULL;
}

static int teardown(void **state)
{
    struct tree *tree = *state;
    char command[128];
    int result;

    snprintf(command, sizeof(command), "rm -r '%s'", tree->path);
    result = system(command);
    free(tree);
    return result;
}

static void find(struct tree *tree)
{
    struct gst_status st = GST_STATUS_INIT;

    assert_true(gst_root_open(&tree->root, tree->path, &st));
    gst_trace_find(&tree->trace, &tree->root);
    gst_root_close(&tree->root);
}

static void test_trace__empty_tree_has_none(void **state)
{
    struct tree *tree = *state;

    find(tree);
    assert_false(gst_trace_is_any(&tree->trace));
}

static void test_trace__other_vendors_and_other_classes_do_not_count(void **state)
{
    struct tree *tree = *state;

    put(tree, "/sys/bus/pci/devices/0000:00:02.0/vendor", "0x8086\n");
    put(tree, "/sys/bus/pci/devices/0000:00:02.0/class", "0x030000\n");
    /* The sound function of an NVIDIA board. */
    put(tree, "/sys/bus/pci/devices/0000:01:00.1/vendor", "0x10de\n");
    put(tree, "/sys/bus/pci/devices/0000:01:00.1/class", "0x040300\n");
    find(tree);
    assert_false(gst_trace_is_any(&tree->trace));
}

static void test_trace__pci_device_of_nvidia(void **state)
{
    struct tree *tree = *state;

    put(tree, "/sys/bus/pci/devices/0000:1b:00.0/vendor", "0x10de\n");
    put(tree, "/sys/bus/pci/devices/0000:1b:00.0/class", "0x030200\n");
    find(tree);
    assert_true(tree->trace.has_pci_device);
    assert_string_equal(tree->trace.pci_id, "0000:1b:00.0");
    assert_false(tree->trace.has_module);
}

static void test_trace__module_versions(void **state)
{
    struct tree *tree = *state;

    put(tree, "/proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue Apr  8 12:41:17 UTC 2025\n"
        "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14+deb12u1)\n");
    find(tree);
    assert_true(tree->trace.has_module);
    assert_string_equal(tree->trace.module_version, "550.163.01");
    put(tree, "/proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n");
    find(tree);
    assert_string_equal(tree->trace.module_version, "580.95.05");
}

static void test_trace__device_nodes(void **state)
{
    struct tree *tree = *state;

    put(tree, "/dev/dxg", "");
    find(tree);
    assert_true(tree->trace.has_wsl_node);
    assert_false(tree->trace.has_device_node);
    assert_true(gst_trace_is_any(&tree->trace));
    put(tree, "/dev/nvidiactl", "");
    find(tree);
    assert_true(tree->trace.has_device_node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_trace__empty_tree_has_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trace__other_vendors_and_other_classes_do_not_count,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_trace__pci_device_of_nvidia, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trace__module_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trace__device_nodes, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
