/* SPDX-License-Identifier: Apache-2.0 */
/* Opening libraries by rows: which is taken, what is missing, and what the table then holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/dl.h"

struct table {
    int (*answer)(void);
    int (*extra)(void);
};

static const struct gst_symbol both_needed[] = {
    { "fixture_answer", offsetof(struct table, answer), true },
    { "fixture_extra", offsetof(struct table, extra), true },
};

static const struct gst_symbol one_needed[] = {
    { "fixture_answer", offsetof(struct table, answer), true },
    { "fixture_extra", offsetof(struct table, extra), false },
};

static void test_library_open__fills_the_table(void **state)
{
    const char *const names[] = { FIXTURE_WHOLE_PATH, NULL };
    struct gst_library library;
    struct table table = { NULL, NULL };

    (void)state;
    assert_true(gst_library_open(&library, names, both_needed, 2, &table));
    assert_int_equal(table.answer(), 42);
    assert_int_equal(table.extra(), 43);
    assert_string_equal(library.path, FIXTURE_WHOLE_PATH);
    assert_false(library.is_double);
    assert_string_equal(library.problem, "");
    gst_library_close(&library);
    assert_null(library.handle);
}

static void test_library_open__missing_optional_symbol_stays_null(void **state)
{
    const char *const names[] = { FIXTURE_LACKING_PATH, NULL };
    struct gst_library library;
    struct table table = { NULL, NULL };

    (void)state;
    assert_true(gst_library_open(&library, names, one_needed, 2, &table));
    assert_non_null(table.answer);
    assert_null(table.extra);
    gst_library_close(&library);
}

static void test_library_open__missing_needed_symbol_is_named(void **state)
{
    const char *const names[] = { FIXTURE_LACKING_PATH, NULL };
    struct gst_library library;
    struct table table = { NULL, NULL };

    (void)state;
    assert_false(gst_library_open(&library, names, both_needed, 2, &table));
    assert_null(library.handle);
    assert_true(library.is_found);
    assert_non_null(strstr(library.problem, "'fixture_extra'"));
}

static void test_library_open__takes_the_next_name(void **state)
{
    const char *const names[] = { "libfixture_absent.so.1", FIXTURE_WHOLE_PATH, NULL };
    struct gst_library library;
    struct table table = { NULL, NULL };

    (void)state;
    assert_true(gst_library_open(&library, names, both_needed, 2, &table));
    assert_string_equal(library.problem, "");
    gst_library_close(&library);
}

static void test_library_open__absence_is_told_apart_from_damage(void **state)
{
    char path[] = "/tmp/gst_dl_XXXXXX";
    const char *const absent[] = { "libfixture_absent.so.1", NULL };
    const char *const empty[] = { path, NULL };
    struct gst_library library;
    struct table table = { NULL, NULL };
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    assert_false(gst_library_open(&library, absent, both_needed, 2, &table));
    assert_false(library.is_found);
    assert_string_equal(library.problem, "no 'libfixture_absent.so.1' on the library path");
    assert_false(gst_library_open(&library, empty, both_needed, 2, &table));
    unlink(path);
    assert_true(library.is_found);
    assert_non_null(strstr(library.problem, "too short"));
}

static void test_library_open__missing_dependency_is_damage(void **state)
{
    const char *const names[] = { FIXTURE_ORPHAN_PATH, NULL };
    struct gst_library library;
    struct table table = { NULL, NULL };

    (void)state;
    assert_false(gst_library_open(&library, names, both_needed, 2, &table));
    assert_true(library.is_found);
    assert_non_null(strstr(library.problem, "libfixture_dependency.so"));
}

static void test_library_open__sees_the_marker_of_a_double(void **state)
{
    const char *const names[] = { FIXTURE_DOUBLE_PATH, NULL };
    struct gst_library library;
    struct table table = { NULL, NULL };

    (void)state;
    assert_true(gst_library_open(&library, names, both_needed, 2, &table));
    assert_true(library.is_double);
    gst_library_close(&library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_library_open__fills_the_table),
        cmocka_unit_test(test_library_open__missing_optional_symbol_stays_null),
        cmocka_unit_test(test_library_open__missing_needed_symbol_is_named),
        cmocka_unit_test(test_library_open__takes_the_next_name),
        cmocka_unit_test(test_library_open__absence_is_told_apart_from_damage),
        cmocka_unit_test(test_library_open__missing_dependency_is_damage),
        cmocka_unit_test(test_library_open__sees_the_marker_of_a_double),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
