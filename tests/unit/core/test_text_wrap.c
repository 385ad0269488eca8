/* SPDX-License-Identifier: Apache-2.0 */
/* Where lines end, and where those that follow begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/text_wrap.h"

#define WORD_10 "aaaaaaaaaa"
#define WORD_30 WORD_10 WORD_10 WORD_10

static void assert_wrapped(const char *text, int column, const char *expected)
{
    char *found = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&found, &size);

    assert_non_null(out);
    gst_text_wrap(text, column, out);
    fclose(out);
    assert_string_equal(found, expected);
    free(found);
}

static void test_text_wrap__the_last_column_is_used(void **state)
{
    (void)state;
    assert_wrapped(WORD_30 " " WORD_30 " bbbbbbbb", 10, WORD_30 " " WORD_30 " bbbbbbbb\n");
    assert_wrapped(WORD_30 " " WORD_30 " bbbbbbbbb", 10,
                   WORD_30 " " WORD_30 "\n          bbbbbbbbb\n");
}

static void test_text_wrap__a_long_word_stands_out(void **state)
{
    (void)state;
    assert_wrapped("b " WORD_30 WORD_30 WORD_30 " c", 2, "b\n  " WORD_30 WORD_30 WORD_30 "\n  c\n");
}

static void test_text_wrap__nothing_is_a_line(void **state)
{
    (void)state;
    assert_wrapped("", 4, "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_wrap__the_last_column_is_used),
        cmocka_unit_test(test_text_wrap__a_long_word_stands_out),
        cmocka_unit_test(test_text_wrap__nothing_is_a_line),
    };

    return cmocka_run_group_tests_name("text_wrap", tests, NULL, NULL);
}
