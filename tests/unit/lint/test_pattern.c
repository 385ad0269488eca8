/* SPDX-License-Identifier: Apache-2.0 */
/* Stars that stay within a name, and stars that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lint/pattern.h"

static void test_pattern__paths(void **state)
{
    static const struct {
        const char *pattern, *path;
        bool matches;
    } rows[] = {
        { "/usr/bin/env", "/usr/bin/env", true },
        { "/usr/bin/env", "/usr/bin/envy", false },
        { "/usr/bin/envy", "/usr/bin/env", false },
        { "", "", true },
        { "", "/", false },
        { "*", "", true },
        { "/usr/*/env", "/usr/bin/env", true },
        { "/usr/*/env", "/usr/local/bin/env", false },
        { "/usr/**/env", "/usr/local/bin/env", true },
        { "/usr/**", "/usr/local/bin/env", true },
        { "/usr/**", "/usr", false },
        { "**/*.py", "/a.py", true },
        { "**/*.py", "/opt/b/a.py", true },
        { "**/*.py", "/opt/b.py/a.txt", false },
        { "**/b/*.so.*", "/a/b/b/c.so.1", true },
        { "**/b/*.so.*", "/a/b/c/d.so.1", false },
        { "/lib?/x", "/lib6/x", true },
        { "/lib?/x", "/lib//x", false },
        { "/lib?/x", "/lib/x", false },
        { "a*b*c", "axbxbxc", true },
        { "a*b*c", "axbxbx", false },
        { "**a**b", "xaxbxaxb", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gst_pattern_matches(rows[i].pattern, rows[i].path), rows[i].matches);
}

/* Would take longer than anybody waits if each star were tried anew. */
static void test_pattern__made_to_be_slow(void **state)
{
    char path[4096], pattern[256];

    (void)state;
    memset(path, 'a', sizeof path);
    path[sizeof path - 1] = '\0';
    for (size_t i = 0; i + 2 < sizeof pattern; i += 2)
        memcpy(pattern + i, "a*", 2);
    memcpy(pattern + sizeof pattern - 2, "b", 2);
    assert_false(gst_pattern_matches(pattern, path));
    for (size_t i = 0; i + 3 < sizeof pattern; i += 3)
        memcpy(pattern + i, "a**", 3);
    memcpy(pattern + sizeof pattern - 2, "b", 2);
    assert_false(gst_pattern_matches(pattern, path));
}

static void test_pattern__is_one(void **state)
{
    (void)state;
    assert_true(gst_pattern_is_one("/usr/*"));
    assert_true(gst_pattern_is_one("/us?"));
    assert_false(gst_pattern_is_one("/usr/bin/[x]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern__paths),
        cmocka_unit_test(test_pattern__made_to_be_slow),
        cmocka_unit_test(test_pattern__is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
