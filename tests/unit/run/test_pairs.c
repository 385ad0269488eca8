/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of GPUs: how they are written, what they mean, and which are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "run/pairs.h"

/* As the parser of options leaves it: entries point into one text and are not terminated. */
static struct gst_option_list split(const char *text)
{
    struct gst_option_list list = { .count = 0 };

    for (;;) {
        const size_t length = strcspn(text, ",");

        list.items[list.count] = text;
        list.lengths[list.count++] = length;
        if (text[length] == '\0')
            return list;
        text += length + 1;
    }
}

static void test_pairs__both_directions(void **state)
{
    const struct gst_option_list list = split("0-1,12-3");
    struct gst_pairs pairs;
    char error[160] = "";

    (void)state;
    assert_true(gst_pairs_read(&pairs, &list, error, sizeof(error)));
    assert_int_equal(pairs.count, 2);
    assert_true(gst_pairs_have(&pairs, 0, 1));
    assert_true(gst_pairs_have(&pairs, 1, 0));
    assert_true(gst_pairs_have(&pairs, 3, 12));
    assert_false(gst_pairs_have(&pairs, 0, 3));
    assert_false(gst_pairs_have(&pairs, 1, 2));
}

static void test_pairs__none_given_is_all(void **state)
{
    const struct gst_pairs none = { .count = 0 };

    (void)state;
    assert_true(gst_pairs_have(&none, 5, 4));
    assert_true(gst_pairs_have(NULL, 0, 1));
}

static void test_pairs__refused(void **state)
{
    static const char *const bad[] = { "0",   "0-",   "-1",    "0-1-2",   "a-b", "0-1x",
                                       "0 1", "0--1", "0-1,x", "0-12345", "",    "+0-1" };
    struct gst_pairs pairs = { .count = 7 };
    char error[160];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct gst_option_list list = split(bad[i]);

        error[0] = '\0';
        if (gst_pairs_read(&pairs, &list, error, sizeof(error)))
            fail_msg("'%s' was taken", bad[i]);
        assert_non_null(strstr(error, "such as 0-1"));
    }
    assert_int_equal(pairs.count, 7);
}

static void test_pairs__one_gpu_twice(void **state)
{
    const struct gst_option_list list = split("0-1,3-3");
    struct gst_pairs pairs;
    char error[160] = "";

    (void)state;
    assert_false(gst_pairs_read(&pairs, &list, error, sizeof(error)));
    assert_non_null(strstr(error, "'3-3'"));
    assert_non_null(strstr(error, "twice"));
}

static void test_pairs__gpus_that_are_not_tested(void **state)
{
    static const int gpus[] = { 0, 1, 3 };
    static const struct {
        const char *text;
        const char *missing; /* NULL: all are there */
    } cases[] = {
        { "0-1,3-0", NULL },
        { "0-2", "no GPU 2 for 0-2 among those to be tested: 0, 1, 3" },
        { "2-0", "no GPU 2 for 2-0" },
        { "0-1,7-8", "no GPU 7 for 7-8" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct gst_option_list list = split(cases[i].text);
        struct gst_pairs pairs;
        char error[160] = "";

        assert_true(gst_pairs_read(&pairs, &list, error, sizeof(error)));
        assert_int_equal(gst_pairs_check(&pairs, gpus, 3, error, sizeof(error)),
                         cases[i].missing == NULL);
        if (cases[i].missing != NULL)
            assert_non_null(strstr(error, cases[i].missing));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs__both_directions),
        cmocka_unit_test(test_pairs__none_given_is_all),
        cmocka_unit_test(test_pairs__refused),
        cmocka_unit_test(test_pairs__one_gpu_twice),
        cmocka_unit_test(test_pairs__gpus_that_are_not_tested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
