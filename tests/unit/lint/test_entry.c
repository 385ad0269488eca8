/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as images have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lint/entry.h"

static void test_entry__paths(void **state)
{
    static const char *const rows[][2] = {
        { "usr/bin/x", "usr/bin/x" },
        { "./usr/bin/x", "usr/bin/x" },
        { "/usr/bin/x", "usr/bin/x" },
        { "//usr//bin/./x/", "usr/bin/x" },
        { "./", "" },
        { "", "" },
        { ".wh.a", ".wh.a" },
        { "...", "..." },
        { "a..b/..c", "a..b/..c" },
    };
    char path[GST_ENTRY_PATH_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_status st = GST_STATUS_INIT;

        assert_true(gst_entry_path(rows[i][0], path, &st));
        assert_string_equal(path, rows[i][1]);
    }
}

static void test_entry__paths_that_lead_out(void **state)
{
    static const char *const rows[] = { "..", "../x", "a/../b", "a/..", "/..", "./../x" };
    char path[GST_ENTRY_PATH_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_status st = GST_STATUS_INIT;

        assert_false(gst_entry_path(rows[i], path, &st));
        assert_int_equal(st.finding, GST_SUITE_IMAGE_UNREADABLE);
        assert_non_null(strstr(st.cause, rows[i]));
    }
}

static void test_entry__paths_of_the_longest_length(void **state)
{
    char from[GST_ENTRY_PATH_SIZE + 8], path[GST_ENTRY_PATH_SIZE];
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    memset(from, 'x', sizeof from);
    from[GST_ENTRY_PATH_SIZE - 2] = '\0';
    assert_true(gst_entry_path(from, path, &st));
    assert_int_equal(strlen(path), GST_ENTRY_PATH_SIZE - 2);
    memset(from, 'x', sizeof from);
    from[GST_ENTRY_PATH_SIZE] = '\0';
    assert_false(gst_entry_path(from, path, &st));
    assert_non_null(strstr(st.cause, "4095"));
}

static void test_entry__names_and_folders(void **state)
{
    (void)state;
    assert_string_equal(gst_entry_name("usr/bin/x"), "x");
    assert_string_equal(gst_entry_name("x"), "x");
    assert_true(gst_entry_is_below("usr/bin/x", "usr/bin"));
    assert_true(gst_entry_is_below("usr/bin", "usr/bin"));
    assert_false(gst_entry_is_below("usr/binx", "usr/bin"));
    assert_true(gst_entry_is_below("usr", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry__paths),
        cmocka_unit_test(test_entry__paths_that_lead_out),
        cmocka_unit_test(test_entry__paths_of_the_longest_length),
        cmocka_unit_test(test_entry__names_and_folders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
