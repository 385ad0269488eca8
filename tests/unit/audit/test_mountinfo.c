/* SPDX-License-Identifier: Apache-2.0 */
/* Lines as kernels write them (shortened from real containers), and lines that none writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/mountinfo.h"

static const char container[] =
    "108 78 0:41 / / rw,relatime master:4 - overlay overlay rw,lowerdir=/a:/b,upperdir=/c\n"
    "109 108 0:44 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n"
    "110 108 0:45 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755\n"
    "136 108 254:0 /usr/lib/libcuda.so.550.54.14//deleted /usr/lib/libcuda.so.550.54.14 "
    "ro,nosuid,nodev,relatime - ext4 /dev/vda rw\n"
    "137 110 0:5 /nvidia0 /dev/nvidia0 ro,nosuid,noexec shared:2 master:1 propagate_from:3 - "
    "devtmpfs  rw\n"
    "138 109 0:50 / /proc/driver/nvidia rw - tmpfs tmpfs rw\n"
    "139 138 0:51 / /proc/driver/nvidia ro - tmpfs second ro\n";

static void test_mounts__fields(void **state)
{
    struct gst_mounts mounts;
    const struct gst_mount *mount;

    (void)state;
    assert_true(gst_mounts_parse(&mounts, container));
    assert_int_equal(mounts.count, 7);
    assert_false(mounts.is_damaged);
    mount = gst_mounts_at(&mounts, "/usr/lib/libcuda.so.550.54.14");
    assert_non_null(mount);
    assert_int_equal(mount->device_major, 254);
    assert_int_equal(mount->device_minor, 0);
    assert_string_equal(mount->root, "/usr/lib/libcuda.so.550.54.14//deleted");
    assert_string_equal(mount->options, "ro,nosuid,nodev,relatime");
    assert_string_equal(mount->type, "ext4");
    assert_string_equal(mount->source, "/dev/vda");
    /* Three tags, and a source that is empty. */
    mount = gst_mounts_at(&mounts, "/dev/nvidia0");
    assert_non_null(mount);
    assert_string_equal(mount->type, "devtmpfs");
    assert_string_equal(mount->source, "");
    gst_mounts_release(&mounts);
}

static void test_mounts__at_is_the_one_on_top(void **state)
{
    struct gst_mounts mounts;

    (void)state;
    assert_true(gst_mounts_parse(&mounts, container));
    assert_string_equal(gst_mounts_at(&mounts, "/proc/driver/nvidia")->source, "second");
    assert_null(gst_mounts_at(&mounts, "/proc/driver"));
    assert_null(gst_mounts_at(&mounts, "/proc/driver/nvidia/"));
    gst_mounts_release(&mounts);
}

static void test_mounts__over_is_the_longest(void **state)
{
    static const struct {
        const char *path, *point;
    } rows[] = {
        { "/", "/" },
        { "/etc/passwd", "/" },
        { "/dev", "/dev" },
        { "/dev/nvidia1", "/dev" },
        { "/device", "/" }, /* begins with the letters of /dev, but does not lie there */
        { "/dev/nvidia0", "/dev/nvidia0" },
        { "/proc/driver/nvidia/version", "/proc/driver/nvidia" },
        { "/proc/driver/nvidia-caps", "/proc" },
    };
    struct gst_mounts mounts;

    (void)state;
    assert_true(gst_mounts_parse(&mounts, container));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_mount *mount = gst_mounts_over(&mounts, rows[i].path);

        if (mount == NULL || strcmp(mount->point, rows[i].point) != 0)
            fail_msg("'%s' lies on '%s'", rows[i].path, mount != NULL ? mount->point : "nothing");
    }
    assert_string_equal(gst_mounts_over(&mounts, "/proc/driver/nvidia")->source, "second");
    assert_null(gst_mounts_over(&mounts, "relative"));
    gst_mounts_release(&mounts);
}

static void test_mounts__escapes(void **state)
{
    struct gst_mounts mounts;

    (void)state;
    assert_true(gst_mounts_parse(&mounts, "1 0 0:1 /a\\134b /with\\040a\\011b\\012c rw - fuse "
                                          "me@host:/my\\040files rw\n"
                                          "2 1 0:1 /\\000 /\\999\\04 rw - a b rw\n"));
    assert_int_equal(mounts.count, 2);
    assert_string_equal(mounts.items[0].root, "/a\\b");
    assert_string_equal(mounts.items[0].point, "/with a\tb\nc");
    assert_string_equal(mounts.items[0].source, "me@host:/my files");
    /* What is no escape stays as it is. */
    assert_string_equal(mounts.items[1].root, "/\\000");
    assert_string_equal(mounts.items[1].point, "/\\999\\04");
    gst_mounts_release(&mounts);
}

static void test_mounts__options(void **state)
{
    const struct gst_mount mount = { .options = "ro,nosuid,nodev,relatime" };
    const struct gst_mount none = { .options = "" };

    (void)state;
    assert_true(gst_mount_has_option(&mount, "ro"));
    assert_true(gst_mount_has_option(&mount, "nodev"));
    assert_true(gst_mount_has_option(&mount, "relatime"));
    assert_false(gst_mount_has_option(&mount, "dev"));
    assert_false(gst_mount_has_option(&mount, "rel"));
    assert_false(gst_mount_has_option(&mount, "ro,nosuid"));
    assert_false(gst_mount_has_option(&none, "ro"));
}

static void test_mounts__deleted(void **state)
{
    const struct gst_mount gone = { .root = "/lib/libcuda.so.1//deleted" };
    const struct gst_mount whole = { .root = "/lib/libcuda.so.1" };
    const struct gst_mount named = { .root = "/lib//deleted/x" };
    const struct gst_mount brief = { .root = "/" };

    (void)state;
    assert_true(gst_mount_is_deleted(&gone));
    assert_false(gst_mount_is_deleted(&whole));
    assert_false(gst_mount_is_deleted(&named));
    assert_false(gst_mount_is_deleted(&brief));
}

static void test_mounts__damaged_lines_are_left_out(void **state)
{
    static const char *const lines[] = {
        "108 78 0:41 / /x rw - overlay",           /* no source */
        "108 78 0:41 / /x rw overlay overlay rw",  /* no dash */
        "108 78 0:41 / /x rw",                     /* cut off */
        "108 78 041 / /x rw - overlay overlay rw", /* no colon */
        "108 78 0:-1 / /x rw - overlay overlay rw",
        "108 78 0:99999999999 / /x rw - overlay overlay rw",
        "x 78 0:41 / /x rw - overlay overlay rw",
        "108 78 0:41 / x rw - overlay overlay rw", /* not absolute */
        "108 78 0:41  /x rw - overlay overlay rw", /* no root */
        "\x7f\x45\x4c\x46\x01\x02",
        " ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct gst_mounts mounts;
        char text[256];

        snprintf(text, sizeof text, "%s\n109 108 0:44 / /proc rw - proc proc rw\n", lines[i]);
        assert_true(gst_mounts_parse(&mounts, text));
        if (mounts.count != 1 || !mounts.is_damaged)
            fail_msg("'%s': %zu mounts", lines[i], mounts.count);
        assert_string_equal(mounts.items[0].point, "/proc");
        gst_mounts_release(&mounts);
    }
}

static void test_mounts__nothing_at_all(void **state)
{
    struct gst_mounts mounts;

    (void)state;
    assert_true(gst_mounts_parse(&mounts, ""));
    assert_int_equal(mounts.count, 0);
    assert_false(mounts.is_damaged);
    assert_null(gst_mounts_at(&mounts, "/"));
    assert_null(gst_mounts_over(&mounts, "/"));
    gst_mounts_release(&mounts);
    gst_mounts_release(&mounts);
}

static void test_mounts__ten_thousand_are_kept_and_a_hundred_thousand_cut_off(void **state)
{
    static const char line[] = "109 108 0:44 / /proc rw - proc proc rw\n";
    const size_t claimed = 100000;
    char *text = malloc(claimed * (sizeof line - 1) + 1);
    struct gst_mounts mounts;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < claimed; i++)
        memcpy(text + i * (sizeof line - 1), line, sizeof line);
    assert_true(gst_mounts_parse(&mounts, text));
    assert_int_equal(mounts.count, 65536);
    assert_true(mounts.is_damaged);
    gst_mounts_release(&mounts);
    text[10000 * (sizeof line - 1)] = '\0';
    assert_true(gst_mounts_parse(&mounts, text));
    assert_int_equal(mounts.count, 10000);
    assert_false(mounts.is_damaged);
    gst_mounts_release(&mounts);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mounts__fields),
        cmocka_unit_test(test_mounts__at_is_the_one_on_top),
        cmocka_unit_test(test_mounts__over_is_the_longest),
        cmocka_unit_test(test_mounts__escapes),
        cmocka_unit_test(test_mounts__options),
        cmocka_unit_test(test_mounts__deleted),
        cmocka_unit_test(test_mounts__damaged_lines_are_left_out),
        cmocka_unit_test(test_mounts__nothing_at_all),
        cmocka_unit_test(test_mounts__ten_thousand_are_kept_and_a_hundred_thousand_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
