/* SPDX-License-Identifier: Apache-2.0 */
/* Suggestions: distances counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/options.h"

static void test_nearest__table(void **state)
{
    static const char *const names[] = { "size", "device", "vector-add", "launch", "strict" };
    static const struct {
        const char *word, *expected;
    } rows[] = {
        { "sise", "size" },
        { "devcie", "device" },
        { "vectoradd", "vector-add" },
        { "vector-addd", "vector-add" },
        { "stritc", "strict" },
        { "size", "size" },
        { "bandwidth", NULL },
        { "", NULL },
        { "x", NULL },
        { "zzzz", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *near = gst_nearest(rows[i].word, names, 5);

        if (rows[i].expected == NULL)
            assert_null(near);
        else
            assert_string_equal(near, rows[i].expected);
    }
}

static void test_nearest__long_words_are_nobody(void **state)
{
    static const char *const names[] = { "size" };
    char word[500] = { 0 };

    (void)state;
    for (size_t i = 0; i + 1 < sizeof word; i++)
        word[i] = 's';
    assert_null(gst_nearest(word, names, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest__table),
        cmocka_unit_test(test_nearest__long_words_are_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
