/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files leave no name behind, and say where there is no room for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lint/spool.h"

static int entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count - 2;
}

static void test_spool__writes_and_leaves_no_name(void **state)
{
    char folder[] = "/tmp/gst-spool-XXXXXX", text[8] = "";
    struct gst_status st = GST_STATUS_INIT;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("TMPDIR", folder, 1);
    fd = gst_spool_open(&st);
    assert_true(fd >= 0);
    assert_true(gst_spool_write(fd, 1 << 20, "words", 5, &st));
    assert_int_equal(pread(fd, text, sizeof text - 1, 1 << 20), 5);
    assert_string_equal(text, "words");
    assert_int_equal(entries(folder), 0);
    close(fd);
    assert_int_equal(rmdir(folder), 0);
}

static void test_spool__a_folder_that_is_not_there(void **state)
{
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_int_equal(gst_spool_open(&st), -1);
    assert_int_equal(st.finding, GST_SUITE_IMAGE_UNREADABLE);
    assert_non_null(strstr(st.cause, "/nowhere/at/all"));
    unsetenv("TMPDIR");
}

static void test_spool__more_than_anybody_means(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    int fd = gst_spool_open(&st);

    (void)state;
    assert_true(fd >= 0);
    assert_false(gst_spool_write(fd, GST_SPOOL_MAX, "x", 1, &st));
    assert_non_null(strstr(st.cause, "64 GiB"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spool__writes_and_leaves_no_name),
        cmocka_unit_test(test_spool__a_folder_that_is_not_there),
        cmocka_unit_test(test_spool__more_than_anybody_means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
