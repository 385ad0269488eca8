/* SPDX-License-Identifier: Apache-2.0 */
/* A folder that is there for its owner alone, and gone afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/scratch.h"

static void test_scratch__comes_and_goes(void **state)
{
    char path[GST_SCRATCH_SIZE], file[GST_SCRATCH_SIZE + 8], copy[GST_SCRATCH_SIZE];
    struct stat info;
    FILE *made;

    (void)state;
    assert_int_equal(setenv("TMPDIR", "/no/such/folder", 1), 0);
    assert_true(gst_scratch_make(path));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    snprintf(file, sizeof(file), "%s/log", path);
    made = fopen(file, "w");
    assert_non_null(made);
    fclose(made);
    memcpy(copy, path, sizeof(copy));
    gst_scratch_remove(path);
    assert_string_equal(path, "");
    assert_int_not_equal(stat(copy, &info), 0);
    gst_scratch_remove(path); /* nothing more */
}

/* A longer TMPDIR than there is room for is passed over, and never cut. */
static void test_scratch__long_names(void **state)
{
    char path[GST_SCRATCH_SIZE], longer[GST_SCRATCH_SIZE + 32];

    (void)state;
    memset(longer, 'a', sizeof(longer));
    longer[0] = '/';
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(setenv("TMPDIR", longer, 1), 0);
    assert_true(gst_scratch_make(path));
    assert_null(strstr(path, "aaaa"));
    gst_scratch_remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scratch__comes_and_goes),
        cmocka_unit_test(test_scratch__long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
