/* SPDX-License-Identifier: Apache-2.0 */
/* Expected lengths follow the Unicode Standard, table 3-7. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/utf8.h"

#define FFFD "\xEF\xBF\xBD"

static void test_utf8__lengths(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        { "", 0 },
        { "a", 1 },
        { "\xC3\xA9", 2 },         /* e acute */
        { "\xE2\x82\xAC", 3 },     /* euro */
        { "\xF0\x9F\x98\x80", 4 }, /* an emoji */
        { "\x80", 0 },             /* a tail alone */
        { "\xC0\xAF", 0 },         /* overlong slash */
        { "\xE0\x80\xAF", 0 },     /* overlong again */
        { "\xED\xA0\x80", 0 },     /* surrogate */
        { "\xF4\x90\x80\x80", 0 }, /* above U+10FFFF */
        { "\xF5\x80\x80\x80", 0 },
        { "\xE2\x82", 0 }, /* cut short */
        { "\xFF", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gst_utf8_length(rows[i].text), rows[i].length);
}

static void test_utf8__repair_replaces_each_bad_byte(void **state)
{
    char text[32];

    (void)state;
    gst_utf8_repair(text, sizeof text, "a\xFF\xC3\xA9\xE2\x82");
    assert_string_equal(text, "a" FFFD "\xC3\xA9" FFFD FFFD);
    gst_utf8_repair(text, 5, "abc\xC3\xA9");
    assert_string_equal(text, "abc");
}

static void test_utf8__cuts_between_characters(void **state)
{
    char text[8];

    (void)state;
    gst_utf8_copy(text, sizeof text, "1234567");
    assert_string_equal(text, "1234567");
    gst_utf8_copy(text, sizeof text, "12345678");
    assert_string_equal(text, "1234...");
    gst_utf8_copy(text, sizeof text,
                  "123\xC3\xA9"
                  "5678");
    assert_string_equal(text, "123...");
}

static void test_utf8__printable_cannot_steer_a_terminal(void **state)
{
    char text[64];

    (void)state;
    gst_utf8_printable(text, sizeof text,
                       "a\x1B[31m\nb\tc\x7F\xC2\x9B"
                       "d\xEF\xBF\xBF");
    assert_string_equal(text, "a?[31m b c??d?");
}

static void test_utf8__columns(void **state)
{
    (void)state;
    assert_int_equal(gst_utf8_columns("a\xC3\xA9\xFF"
                                      "b"),
                     4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8__lengths),
        cmocka_unit_test(test_utf8__repair_replaces_each_bad_byte),
        cmocka_unit_test(test_utf8__cuts_between_characters),
        cmocka_unit_test(test_utf8__printable_cannot_steer_a_terminal),
        cmocka_unit_test(test_utf8__columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
