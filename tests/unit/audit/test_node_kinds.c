/* SPDX-License-Identifier: Apache-2.0 */
/* Which node a path is and which number it has to have; numbers from admin-guide/devices.txt and
 * nvidia-modprobe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audit/node_kinds.h"

static void test_node_kinds__path_tells_kind_and_minor(void **state)
{
    static const struct {
        const char *path;
        enum gst_device_kind kind;
        unsigned minor;
    } rows[] = {
        { "/dev/nvidiactl", GST_DEVICE_CONTROL, 255 },
        { "/dev/nvidia-modeset", GST_DEVICE_MODESET, 254 },
        { "/dev/nvidia-uvm", GST_DEVICE_UVM, 0 },
        { "/dev/nvidia-uvm-tools", GST_DEVICE_UVM_TOOLS, 1 },
        { "/dev/nvidia0", GST_DEVICE_GPU, 0 },
        { "/dev/nvidia247", GST_DEVICE_GPU, 247 },
        { "/dev/nvidia-caps/nvidia-cap12", GST_DEVICE_CAPABILITY, 12 },
        { "/dev/nvidia-caps-imex-channels/channel2047", GST_DEVICE_IMEX_CHANNEL, 2047 },
        { "/dev/nvidia", GST_DEVICE_OTHER, 0 },
        { "/dev/nvidia0x", GST_DEVICE_OTHER, 0 },
        { "/dev/nvidia-1", GST_DEVICE_OTHER, 0 },
        { "/dev/nvidia4294967296", GST_DEVICE_OTHER, 0 },
        { "/dev/nvidia-nvswitch0", GST_DEVICE_OTHER, 0 },
        { "/dev/nvidia-caps/nvidia-cap", GST_DEVICE_OTHER, 0 },
    };
    unsigned minor;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(gst_device_kind(rows[i].path, &minor), rows[i].kind);
        assert_int_equal(minor, rows[i].minor);
    }
}

static void test_node_kinds__majors_come_from_the_host(void **state)
{
    static struct gst_scene scene;

    (void)state;
    scene.major_nvidia = -1;
    scene.major_uvm = 511;
    scene.major_caps = 510;
    scene.major_imex = -1;
    assert_int_equal(gst_device_major(&scene, GST_DEVICE_GPU), 195);
    assert_int_equal(gst_device_major(&scene, GST_DEVICE_UVM_TOOLS), 511);
    assert_int_equal(gst_device_major(&scene, GST_DEVICE_CAPABILITY), 510);
    assert_int_equal(gst_device_major(&scene, GST_DEVICE_IMEX_CHANNEL), -1);
    assert_int_equal(gst_device_major(&scene, GST_DEVICE_OTHER), -1);
}

static void test_node_kinds__text_names_three_paths(void **state)
{
    struct gst_paths paths = { 0 };

    (void)state;
    gst_paths_add(&paths, "/dev/nvidia0");
    assert_string_equal(gst_paths_text(&paths), "'/dev/nvidia0'");
    gst_paths_add(&paths, "/dev/nvidia1");
    gst_paths_add(&paths, "/dev/nvidia2");
    assert_string_equal(gst_paths_text(&paths), "'/dev/nvidia0', '/dev/nvidia1', '/dev/nvidia2'");
    gst_paths_add(&paths, "/dev/nvidia3");
    gst_paths_add(&paths, "/dev/nvidia4");
    assert_int_equal(paths.count, 5);
    assert_string_equal(gst_paths_text(&paths),
                        "'/dev/nvidia0', '/dev/nvidia1', '/dev/nvidia2' and 2 more");
}

static void test_node_kinds__text_stays_in_its_bounds(void **state)
{
    struct gst_paths paths = { 0 };
    char path[300];

    (void)state;
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    for (int i = 0; i < 1000; i++)
        gst_paths_add(&paths, path);
    assert_true(strlen(gst_paths_text(&paths)) < sizeof(paths.text));
    assert_non_null(strstr(paths.text, "and 997 more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node_kinds__path_tells_kind_and_minor),
        cmocka_unit_test(test_node_kinds__majors_come_from_the_host),
        cmocka_unit_test(test_node_kinds__text_names_three_paths),
        cmocka_unit_test(test_node_kinds__text_stays_in_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
