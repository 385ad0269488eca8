/* SPDX-License-Identifier: Apache-2.0 */
/* Paragraphs of dpkg's list, in pieces of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "lint/dpkg.h"

static void append(void *data, const char *package, const char *version)
{
    char *text = data;
    size_t used = strlen(text);

    snprintf(text + used, 512 - used, "%s=%s;", package, version);
}

static void assert_packages(const char *file, size_t length, size_t piece, const char *expected)
{
    char found[512] = "";
    struct gst_dpkg dpkg;

    gst_dpkg_begin(&dpkg, append, found);
    for (size_t at = 0; at < length; at += piece)
        gst_dpkg_feed(&dpkg, file + at, length - at < piece ? length - at : piece);
    gst_dpkg_end(&dpkg);
    assert_string_equal(found, expected);
}

static void test_dpkg__in_pieces_of_any_size(void **state)
{
    static const char file[] = "Package: a\nStatus: install ok installed\nVersion: 1\n"
                               "Description: words\n Package: not-this\n\n"
                               "Package: b\nVersion: 2:3-4\nStatus: deinstall ok config-files\n\n\n"
                               "package:c\nSTATUS: install reinstreq half-installed\r\n"
                               "Version:\t5";

    (void)state;
    for (size_t piece = 1; piece < sizeof file; piece++)
        assert_packages(file, sizeof file - 1, piece, "a=1;c=5;");
}

static void test_dpkg__without_a_status_it_is_there(void **state)
{
    static const char file[] = "Package: tzdata\nVersion: 2024a\n";

    (void)state;
    assert_packages(file, sizeof file - 1, 7, "tzdata=2024a;");
}

static void test_dpkg__long_lines_and_zeros(void **state)
{
    char file[4096];

    (void)state;
    memset(file, 'x', sizeof file);
    memcpy(file, "Version: 1\nDescription: ", 24);
    memcpy(file + 3000, "\nPackage: a\0b\n\n", 15);
    memset(file + 3015, '\n', sizeof file - 3015);
    assert_packages(file, sizeof file, 100, "a?b=1;");
}

static void test_dpkg__nothing(void **state)
{
    (void)state;
    assert_packages("", 0, 1, "");
    assert_packages("\n\n\n", 3, 1, "");
    assert_packages("Version: 1\n\n", 12, 5, "");
    assert_packages("Package:\nPackage", 16, 5, "");
    assert_packages("Package: a\nStatus:\n", 19, 5, "a=;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dpkg__in_pieces_of_any_size),
        cmocka_unit_test(test_dpkg__without_a_status_it_is_there),
        cmocka_unit_test(test_dpkg__long_lines_and_zeros),
        cmocka_unit_test(test_dpkg__nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
