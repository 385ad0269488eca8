/* SPDX-License-Identifier: Apache-2.0 */
/* The language of NVIDIA_REQUIRE_*, with values as images carry them (shortened). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "audit/requirement.h"

#define MET     GST_REQUIREMENT_MET
#define UNMET   GST_REQUIREMENT_UNMET
#define INVALID GST_REQUIREMENT_INVALID
#define UNKNOWN GST_REQUIREMENT_UNKNOWN

#define CUDA_12_9                                                                                  \
    "cuda>=12.9 brand=unknown,driver>=535,driver<536 brand=grid,driver>=535,driver<536 "           \
    "brand=tesla,driver>=535,driver<536 brand=tesla,driver>=550,driver<551 "                       \
    "brand=geforce,driver>=550,driver<551"

static const struct gst_offer_of_driver h100 = { "12.4", "550.54.14", "9.0", "tesla" };

struct row {
    const char *value;
    enum gst_requirement expected;
    const char *text;
};

static void judge_rows(const struct row *rows, size_t count,
                       const struct gst_offer_of_driver *offer)
{
    for (size_t i = 0; i < count; i++) {
        char text[256] = "untouched";
        enum gst_requirement result =
            gst_requirement_judge(rows[i].value, offer, text, sizeof text);

        if (result != rows[i].expected || strcmp(text, rows[i].text) != 0)
            fail_msg("'%s' gives %d, '%s'", rows[i].value, result, text);
    }
}

static void test_requirement__terms(void **state)
{
    static const struct row rows[] = {
        { "cuda>=12.4", MET, "cuda>=12.4" },
        { "cuda>=12.4.0", MET, "cuda>=12.4.0" },
        { "cuda>12.4", UNMET, "cuda>12.4" },
        { "cuda=12.4", MET, "cuda=12.4" },
        { "cuda!=12.4", UNMET, "cuda!=12.4" },
        { "cuda<=12.4", MET, "cuda<=12.4" },
        { "cuda<12.4", UNMET, "cuda<12.4" },
        { "cuda>=12.10", UNMET, "cuda>=12.10" },
        { "cuda>=9", MET, "cuda>=9" },
        { "driver>=550.54.9", MET, "driver>=550.54.9" },
        { "driver<550", UNMET, "driver<550" },
        { "arch>=9.0", MET, "arch>=9.0" },
        { "arch<9", UNMET, "arch<9" },
        { "brand=tesla", MET, "brand=tesla" },
        { "brand=Tesla", MET, "brand=Tesla" },
        { "BRAND!=geforce", MET, "BRAND!=geforce" },
        { "brand=geforce", UNMET, "brand=geforce" },
        { "brand=tesl", UNMET, "brand=tesl" },
        { "cuda!12.4", UNMET, "cuda!12.4" },
    };

    (void)state;
    judge_rows(rows, sizeof rows / sizeof *rows, &h100);
}

static void test_requirement__a_blank_is_or_and_a_comma_is_and(void **state)
{
    static const struct row rows[] = {
        { "", MET, "" },
        { " ", MET, "" },
        { "cuda>=13.0 driver>=550", MET, "driver>=550" },
        { "cuda>=13.0,driver>=550", UNMET, "cuda>=13.0,driver>=550" },
        { "cuda>=12.0,driver>=550", MET, "cuda>=12.0,driver>=550" },
        { "  cuda>=12.0,,driver>=550, ", MET, "cuda>=12.0,,driver>=550," },
        { CUDA_12_9, MET, "brand=tesla,driver>=550,driver<551" },
    };

    (void)state;
    judge_rows(rows, sizeof rows / sizeof *rows, &h100);
}

static void test_requirement__tells_the_nearest(void **state)
{
    static const struct gst_offer_of_driver old = { "12.2", "540.1", "9.0", "tesla" };
    static const struct row rows[] = {
        /* One step away each; the first is the one to read. */
        { CUDA_12_9, UNMET, "cuda>=12.9" },
        { "brand=geforce,driver<536 brand=tesla,driver>=550", UNMET, "brand=tesla,driver>=550" },
    };

    (void)state;
    judge_rows(rows, sizeof rows / sizeof *rows, &old);
}

static void test_requirement__what_is_no_term(void **state)
{
    static const struct row rows[] = {
        { "cuda", INVALID, "cuda" },
        { "cuda>=", INVALID, "cuda>=" },
        { ">=12.4", INVALID, ">=12.4" },
        { "cuda==12.4", INVALID, "cuda==12.4" },
        { "cuda=>12.4", INVALID, "cuda=>12.4" },
        { "cuda<>12.4", INVALID, "cuda<>12.4" },
        { "cuda>=twelve", INVALID, "cuda>=twelve" },
        { "cuda>=12.4-1", INVALID, "cuda>=12.4-1" },
        { "cuda>=.4", INVALID, "cuda>=.4" },
        { "brand>tesla", INVALID, "brand>tesla" },
        { "jetpack>=6", INVALID, "jetpack>=6" },
        { "cuda>=12.4,nonsense", INVALID, "nonsense" },
        { "cuda>=13.0 nonsense", INVALID, "nonsense" },
        { "cuda>=12.4\tarch>=9", INVALID, "cuda>=12.4\tarch>=9" },
        /* Not looked at: the answer is there before. */
        { "cuda>=12.4 nonsense", MET, "cuda>=12.4" },
        { "cuda>=13.0,nonsense", UNMET, "cuda>=13.0,nonsense" },
    };

    (void)state;
    judge_rows(rows, sizeof rows / sizeof *rows, &h100);
}

static void test_requirement__what_is_not_known(void **state)
{
    static const struct gst_offer_of_driver driver_only = { NULL, "550.54.14", NULL, NULL };
    static const struct row rows[] = {
        { "cuda>=12.9", UNKNOWN, "cuda>=12.9" },
        { "cuda>=12.9 driver>=550", MET, "driver>=550" },
        { "cuda>=12.9 driver>=560", UNKNOWN, "cuda>=12.9" },
        { "cuda>=12.9,driver>=560", UNMET, "cuda>=12.9,driver>=560" },
        { "brand=tesla,driver>=550", UNKNOWN, "brand=tesla,driver>=550" },
        { "driver>=560 arch>=9.0", UNKNOWN, "arch>=9.0" },
        { "cuda>=12.9 nonsense", UNKNOWN, "nonsense" },
        { "nonsense cuda>=12.9", INVALID, "nonsense" },
        { "cuda>=12.9,nonsense driver>=550", UNKNOWN, "nonsense" },
        { "driver>=550,nonsense,cuda>=12.9", INVALID, "nonsense" },
        { "cuda>=x", INVALID, "cuda>=x" },
    };

    (void)state;
    judge_rows(rows, sizeof rows / sizeof *rows, &driver_only);
}

static void test_requirement__a_text_too_long_is_cut(void **state)
{
    char value[4096], text[16];

    (void)state;
    memset(value, 'x', sizeof value);
    value[sizeof value - 1] = '\0';
    assert_int_equal(gst_requirement_judge(value, &h100, text, sizeof text), INVALID);
    assert_string_equal(text, "xxxxxxxxxxxx...");
    /* More digits than any number has. */
    memset(value, '9', sizeof value - 1);
    memcpy(value, "cuda<", 5);
    assert_int_equal(gst_requirement_judge(value, &h100, text, sizeof text), INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requirement__terms),
        cmocka_unit_test(test_requirement__a_blank_is_or_and_a_comma_is_and),
        cmocka_unit_test(test_requirement__tells_the_nearest),
        cmocka_unit_test(test_requirement__what_is_no_term),
        cmocka_unit_test(test_requirement__what_is_not_known),
        cmocka_unit_test(test_requirement__a_text_too_long_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
