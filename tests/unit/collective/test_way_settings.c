/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of NCCL: where they come from, and which one counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collective/way/settings.h"
#include "nccl_files.h"

static struct gst_way_settings settings;

static void take_away(const char *folder, const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(remove(path), 0);
}

/* Beside those that every root has. */
static struct file {
    const char *name, *text;
} more_file;

/* A root with files of all three kinds, and what is read there. */
static void read_below_root(const char *const *environment)
{
    char folder[] = "/tmp/way-settings-XXXXXX", path[512];
    struct gst_root root;
    struct gst_status st = GST_STATUS_INIT;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/etc", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/me", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    put_file(folder, "etc/nccl.conf", "# site\nNCCL_ALGO=Tree\r\nNCCL_DEBUG=WARN\nNCCL_PROTO=LL\n");
    put_file(folder, "me/.nccl.conf", "NCCL_ALGO=Ring\nPATH=/x\nNCCL_BROKEN\n");
    put_file(folder, "mine.conf", "NCCL_NVLS_ENABLE=0");
    if (more_file.name != NULL)
        put_file(folder, more_file.name, more_file.text);
    assert_true(gst_root_open(&root, folder, &st));
    gst_way_settings_read(&settings, environment, &root);
    gst_root_close(&root);
    if (more_file.name != NULL)
        take_away(folder, more_file.name);
    take_away(folder, "mine.conf");
    take_away(folder, "me/.nccl.conf");
    take_away(folder, "me");
    take_away(folder, "etc/nccl.conf");
    take_away(folder, "etc");
    assert_int_equal(rmdir(folder), 0);
}

static void test_way_settings__first_source_counts(void **state)
{
    static const char *const environment[] = { "HOME=/me", "NCCL_PROTO=Simple", "NCCLX=1", NULL };
    char text[96];

    (void)state;
    read_below_root(environment);
    assert_int_equal(settings.count, 5); /* 1 variable, 1 of the home, 3 of the site */
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_ALGO")->value, "Ring");
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_PROTO")->value, "Simple");
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_DEBUG")->value, "WARN");
    assert_string_equal(
        gst_way_setting_describe(gst_way_settings_find(&settings, "NCCL_ALGO"), text, sizeof(text)),
        "NCCL_ALGO=Ring in /me/.nccl.conf");
    assert_null(gst_way_settings_find(&settings, "PATH"));
}

static void test_way_settings__named_file_takes_the_place_of_the_homes(void **state)
{
    static const char *const environment[] = { "HOME=/me", "NCCL_CONF_FILE=/mine.conf", NULL };

    (void)state;
    read_below_root(environment);
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_ALGO")->value, "Tree");
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_NVLS_ENABLE")->from, "/mine.conf");
}

/* What /etc/passwd calls the home of this user counts, too, and goes first. */
static void test_way_settings__home_of_passwd(void **state)
{
    static const char *const environment[] = { "HOME=/me", NULL };
    char passwd[128];

    (void)state;
    snprintf(passwd, sizeof(passwd), "broken:line\nsomebody:x:%lu:0::/you:/bin/sh\n",
             (unsigned long)getuid());
    more_file = (struct file){ "etc/passwd", passwd };
    read_below_root(environment);
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_ALGO")->value, "Ring");
    snprintf(passwd, sizeof(passwd), "somebody:x:%lu:0::/me:/bin/sh", (unsigned long)getuid());
    read_below_root(environment);
    assert_int_equal(settings.count, 4); /* the file of the home is read once: 1 and 3 */
    read_below_root(environment + 1);    /* without HOME */
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_ALGO")->value, "Ring");
    snprintf(passwd, sizeof(passwd), "other:x:%lu:0::/me:/bin/sh", (unsigned long)getuid() + 1);
    read_below_root(environment + 1);
    assert_null(gst_way_settings_find(&settings, "NCCL_BROKEN"));
    assert_string_equal(gst_way_settings_find(&settings, "NCCL_ALGO")->value, "Tree");
    more_file.name = NULL;
}

static void test_way_settings__nothing_is_nothing(void **state)
{
    static const char *const environment[] = { "PATH=/usr/bin", "NCCL_P2P_DISABLE=", NULL };
    struct gst_root root;
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    assert_true(gst_root_open(&root, NCCL_FIXTURES, &st));
    gst_way_settings_read(&settings, environment, &root);
    gst_root_close(&root);
    assert_int_equal(settings.count, 1);
    assert_null(gst_way_settings_find(&settings, "NCCL_P2P_DISABLE"));
}

static void test_way_settings__what_has_no_room_is_counted(void **state)
{
    char line[256];

    (void)state;
    memset(&settings, 0, sizeof(settings));
    for (int i = 0; i < GST_WAY_SETTINGS + 2; i++) {
        snprintf(line, sizeof(line), "NCCL_X%d=1", i);
        gst_way_settings_add_file(&settings, line, "x");
    }
    assert_int_equal(settings.count, GST_WAY_SETTINGS);
    assert_int_equal(settings.left_out_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_settings__first_source_counts),
        cmocka_unit_test(test_way_settings__named_file_takes_the_place_of_the_homes),
        cmocka_unit_test(test_way_settings__home_of_passwd),
        cmocka_unit_test(test_way_settings__nothing_is_nothing),
        cmocka_unit_test(test_way_settings__what_has_no_room_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
