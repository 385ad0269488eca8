/* SPDX-License-Identifier: Apache-2.0 */
/* Specs in the form that nvidia-ctk writes, shortened, and ones that an engine refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/cdi_spec.h"

static const char two_gpus[] =
    "---\n"
    "cdiVersion: 0.5.0\n"
    "kind: nvidia.com/gpu\n"
    "devices:\n"
    "    - name: \"0\"\n"
    "      containerEdits:\n"
    "        deviceNodes:\n"
    "            - path: /dev/nvidia0\n"
    "              major: 195\n"
    "    - name: all\n"
    "      containerEdits:\n"
    "        deviceNodes:\n"
    "            - path: /dev/nvidia0\n"
    "            - path: /dev/nvidia1\n"
    "              hostPath: /driver/dev/nvidia1\n"
    "              major: 195\n"
    "              minor: 1\n"
    "              permissions: rw\n"
    "containerEdits:\n"
    "    env:\n"
    "        - NVIDIA_VISIBLE_DEVICES=void\n"
    "    hooks:\n"
    "        - hookName: createContainer\n"
    "          path: /usr/bin/nvidia-cdi-hook\n"
    "          args: [nvidia-cdi-hook, update-ldcache, --folder, /usr/lib64]\n"
    "    mounts:\n"
    "        - hostPath: /usr/lib64/libcuda.so.550.54.14\n"
    "          containerPath: /usr/lib/libcuda.so.550.54.14\n"
    "          options: [ro, nosuid]\n";

static struct gst_cdi_spec parsed(const char *text)
{
    struct gst_cdi_spec spec;
    char error[160] = "";

    if (!gst_cdi_spec_parse(&spec, text, strlen(text), error, sizeof error))
        fail_msg("%s", error);
    return spec;
}

static void test_cdi_spec__devices_and_nodes(void **state)
{
    struct gst_cdi_spec spec = parsed(two_gpus);

    (void)state;
    assert_string_equal(spec.version, "0.5.0");
    assert_string_equal(spec.kind, "nvidia.com/gpu");
    assert_int_equal(spec.device_count, 2);
    assert_string_equal(spec.devices[0], "0");
    assert_string_equal(spec.devices[1], "all");
    assert_int_equal(spec.node_count, 3);
    /* A minor that is left out is 0. */
    assert_int_equal(spec.nodes[0].device, 0);
    assert_true(spec.nodes[0].has_number);
    assert_int_equal(spec.nodes[0].major, 195);
    assert_int_equal(spec.nodes[0].minor, 0);
    assert_int_equal(spec.nodes[0].line, 8);
    assert_int_equal(spec.nodes[1].device, 1);
    assert_false(spec.nodes[1].has_number);
    assert_string_equal(spec.nodes[1].host_path, "/dev/nvidia0");
    assert_string_equal(spec.nodes[2].path, "/dev/nvidia1");
    assert_string_equal(spec.nodes[2].host_path, "/driver/dev/nvidia1");
    assert_int_equal(spec.nodes[2].minor, 1);
    gst_cdi_spec_release(&spec);
}

static void test_cdi_spec__what_all_devices_bring(void **state)
{
    struct gst_cdi_spec spec = parsed(two_gpus);

    (void)state;
    assert_int_equal(spec.mount_count, 1);
    assert_int_equal(spec.mounts[0].device, GST_CDI_COMMON);
    assert_string_equal(spec.mounts[0].host_path, "/usr/lib64/libcuda.so.550.54.14");
    assert_string_equal(spec.mounts[0].container_path, "/usr/lib/libcuda.so.550.54.14");
    assert_int_equal(spec.mounts[0].line, 27);
    assert_int_equal(spec.hook_count, 1);
    assert_string_equal(spec.hooks[0].name, "createContainer");
    assert_string_equal(spec.hooks[0].path, "/usr/bin/nvidia-cdi-hook");
    assert_int_equal(spec.env_count, 1);
    assert_string_equal(spec.env[0].entry, "NVIDIA_VISIBLE_DEVICES=void");
    gst_cdi_spec_release(&spec);
    gst_cdi_spec_release(&spec);
}

static void test_cdi_spec__json(void **state)
{
    struct gst_cdi_spec spec =
        parsed("{\"cdiVersion\":\"0.3.0\",\"kind\":\"nvidia.com/gpu\",\n"
               "\t\"devices\":[{\"name\":\"0\",\"containerEdits\":{\"deviceNodes\":[\n"
               "\t\t{\"path\":\"\\/dev\\/nvidia0\",\"major\":195}]}}],\n"
               "\t\"containerEdits\":{\"mounts\":null,\"future\":{\"a\":[1,2]}}}\n");

    (void)state;
    assert_int_equal(spec.device_count, 1);
    assert_string_equal(spec.nodes[0].path, "/dev/nvidia0");
    assert_int_equal(spec.nodes[0].line, 3);
    assert_int_equal(spec.mount_count, 0);
    gst_cdi_spec_release(&spec);
}

#define HEAD "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\n"
#define ZERO HEAD "devices:\n- name: '0'\n"

static void test_cdi_spec__refuses(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        { "", "line 1: it is empty" },
        { "# nothing\n", "line 1: it is empty" },
        { "hello\n", "line 1: the whole is no map" },
        { "kind: nvidia.com/gpu\n", "line 1: no 'cdiVersion'" },
        { "cdiVersion: 0.5.0\n", "line 1: no 'kind'" },
        { "cdiVersion: 0.5.0\nkind: gpu\n", "line 2: kind 'gpu' is no 'vendor/class'" },
        { "cdiVersion: 0.5.0\nkind: [a/b]\n", "line 2: 'kind' is no text of 1 to 4096 bytes" },
        { HEAD, "line 1: no devices" },
        { HEAD "devices: []\n", "line 1: no devices" },
        { HEAD "devices: 8\n", "line 3: 'devices' is no list" },
        { HEAD "devices:\n- 0\n", "line 4: a device is no map" },
        { HEAD "devices:\n- nmae: '0'\n", "line 4: no 'name'" },
        { ZERO "- name: '0'\n", "line 1: device '0' is defined twice" },
        { ZERO "  containerEdits: [a]\n", "line 5: 'containerEdits' is no map" },
        { ZERO "  containerEdits:\n    deviceNodes: /dev/nvidia0\n",
          "line 6: 'deviceNodes' is no list" },
        { ZERO "  containerEdits:\n    deviceNodes:\n    - major: 195\n", "line 7: no 'path'" },
        { ZERO "  containerEdits:\n    deviceNodes:\n    - path: /dev/nvidia0\n      major: many\n",
          "line 8: 'major' is no number" },
        { ZERO "  containerEdits:\n    deviceNodes:\n    - path: /x\n      minor: 4294967296\n",
          "line 8: 'minor' is no number" },
        { ZERO "containerEdits:\n  mounts:\n  - hostPath: /x\n", "line 7: no 'containerPath'" },
        { ZERO "containerEdits:\n  hooks:\n  - path: /x\n", "line 7: no 'hookName'" },
        { ZERO "containerEdits:\n  env: [NOVALUE]\n",
          "line 6: an environment variable is no 'NAME=value'" },
        { ZERO "containerEdits:\n  mounts:\n  - hostPath: \"/x\\0y\"\n    containerPath: /x\n",
          "line 7: 'hostPath' is no text of 1 to 4096 bytes" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_cdi_spec spec;
        char error[160] = "";

        if (gst_cdi_spec_parse(&spec, rows[i].text, strlen(rows[i].text), error, sizeof error)
            || strcmp(error, rows[i].error) != 0)
            fail_msg("row %zu: '%s'", i, error);
        assert_null(spec.document);
        assert_null(spec.nodes);
    }
}

/* The words are libyaml's; the line is what a person needs. */
static void test_cdi_spec__no_yaml_tells_the_line(void **state)
{
    static const struct {
        const char *text, *line;
    } rows[] = {
        { HEAD "devices:\n\t- name: '0'\n", "line 4: " },
        { HEAD "devices: [\n", "line 4: " },
        { HEAD "devices: *nowhere\n", "line 3: " },
        { HEAD "\xff\xfe\n", "line " },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_cdi_spec spec;
        char error[160] = "";

        if (gst_cdi_spec_parse(&spec, rows[i].text, strlen(rows[i].text), error, sizeof error)
            || strncmp(error, rows[i].line, strlen(rows[i].line)) != 0)
            fail_msg("row %zu: '%s'", i, error);
    }
}

/* An alias costs four bytes and stands for a piece of any size. */
static void test_cdi_spec__aliases_do_not_multiply(void **state)
{
    static char text[64 * 1024];
    struct gst_cdi_spec spec;
    char error[160] = "";
    size_t length = (size_t)snprintf(text, sizeof text,
                                     HEAD "devices:\n- name: '0'\n"
                                          "  containerEdits: &e {deviceNodes: [");

    (void)state;
    for (int i = 0; i < 1000; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "{path: /x},");
    length += (size_t)snprintf(text + length, sizeof text - length, "]}\n");
    for (int i = 1; i < 1000; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "- {name: '%d', containerEdits: *e}\n", i);
    assert_true(length < sizeof text - 1);
    assert_false(gst_cdi_spec_parse(&spec, text, length, error, sizeof error));
    assert_string_equal(error, "line 5: more than 16384 entries of one kind");
}

static void test_cdi_spec__too_long(void **state)
{
    char *text = calloc(1, GST_CDI_SPEC_MAX + 1);
    struct gst_cdi_spec spec;
    char error[160] = "";

    (void)state;
    assert_non_null(text);
    memset(text, '#', GST_CDI_SPEC_MAX + 1);
    assert_false(gst_cdi_spec_parse(&spec, text, GST_CDI_SPEC_MAX + 1, error, sizeof error));
    assert_string_equal(error, "line 1: it has 1048577 bytes, more than 1048576");
    assert_false(gst_cdi_spec_parse(&spec, text, GST_CDI_SPEC_MAX, error, sizeof error));
    assert_string_equal(error, "line 1: it is empty");
    free(text);
}

/* A megabyte of each: what libyaml would take minutes for is refused at once. */
static void test_cdi_spec__deep_or_full_of_anchors(void **state)
{
    static const struct {
        const char *piece, *error;
    } rows[] = {
        { "[", "line 1: it is nested deeper than a specification" },
        { "{a: ", "line 1: it is nested deeper than a specification" },
        { "- ", "line 1: it is nested deeper than a specification" },
        { "- &a b\n", "line 257: it has more anchors than a specification" },
    };

    (void)state;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        size_t length = strlen(rows[row].piece);
        char *text = malloc(GST_CDI_SPEC_MAX), error[160] = "";
        struct gst_cdi_spec spec;

        assert_non_null(text);
        for (size_t i = 0; i < GST_CDI_SPEC_MAX; i++)
            text[i] = rows[row].piece[i % length];
        assert_false(gst_cdi_spec_parse(&spec, text, GST_CDI_SPEC_MAX, error, sizeof error));
        assert_string_equal(error, rows[row].error);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cdi_spec__devices_and_nodes),
        cmocka_unit_test(test_cdi_spec__what_all_devices_bring),
        cmocka_unit_test(test_cdi_spec__json),
        cmocka_unit_test(test_cdi_spec__refuses),
        cmocka_unit_test(test_cdi_spec__no_yaml_tells_the_line),
        cmocka_unit_test(test_cdi_spec__aliases_do_not_multiply),
        cmocka_unit_test(test_cdi_spec__too_long),
        cmocka_unit_test(test_cdi_spec__deep_or_full_of_anchors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
