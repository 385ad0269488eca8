/* SPDX-License-Identifier: Apache-2.0 */
/* Versions: order, major, and found in what drivers and kernels print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include "core/version.h"

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void test_version__compare(void **state)
{
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        { "550.54.14", "550.54.14", 0 },
        { "550.54.14", "550.54.15", -1 },
        { "550.54.14", "550.163.01", -1 }, /* 54 < 163, though '5' > '1' */
        { "999.01", "1000.0", -1 },
        { "550", "550.0.0", 0 },
        { "550", "550.0.1", -1 },
        { "12.04", "12.4", 0 },
        { "9.0", "8.9", 1 },
        { "", "0", 0 },
        { "", "1", -1 },
        { "550.54.14-1", "550.54.14", 0 }, /* what follows is not looked at */
        { "550..5", "550.0.5", 0 },
        { "18446744073709551617", "1", 1 }, /* 2^64 + 1 */
        { "abc", "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (sign(gst_version_compare(rows[i].a, rows[i].b)) != rows[i].order
            || sign(gst_version_compare(rows[i].b, rows[i].a)) != -rows[i].order)
            fail_msg("'%s' and '%s'", rows[i].a, rows[i].b);
    }
}

static void test_version__major(void **state)
{
    (void)state;
    assert_int_equal(gst_version_major("550.54.14"), 550);
    assert_int_equal(gst_version_major("580"), 580);
    assert_int_equal(gst_version_major(""), 0);
    assert_int_equal(gst_version_major("x1"), 0);
    assert_true(gst_version_major("99999999999999999999.1") == UINT_MAX);
}

static void test_version__find(void **state)
{
    static const struct {
        const char *text, *version; /* NULL: none */
    } rows[] = {
        { "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024",
          "550.54.14" },
        { "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  "
          "(root@host)",
          "580.65.06" },
        { "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)", NULL },
        { "API mismatch: the client has the version 550.54.14, but\nNVRM: this kernel module has "
          "the version 535.104.05.  Please",
          "550.54.14" },
        { "this kernel module has the version 535.104.05.  Please", "535.104.05" },
        { "550.163.01-2", "550.163.01" },
        { "12.550.54.14", NULL }, /* NVML's own: CUDA's major comes first */
        { "libcuda.so.550.54.14", NULL },
        { "2024", NULL },
        { "550.", NULL },
        { "550.54x", NULL },
        { "", NULL },
        { "a 99.1 b 535.261.03", "535.261.03" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char version[32] = "untouched";
        bool is_found = gst_version_find(rows[i].text, version, sizeof version);

        if (is_found != (rows[i].version != NULL)
            || strcmp(version, is_found ? rows[i].version : "untouched") != 0)
            fail_msg("'%s' gives '%s'", rows[i].text, version);
    }
}

static void test_version__find_what_fits(void **state)
{
    char version[6] = "";

    (void)state;
    assert_false(gst_version_find("550.54.14 550.54", version, sizeof version));
    assert_true(gst_version_find("550.54.14 55 123.4", version, sizeof version));
    assert_string_equal(version, "123.4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version__compare),
        cmocka_unit_test(test_version__major),
        cmocka_unit_test(test_version__find),
        cmocka_unit_test(test_version__find_what_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
