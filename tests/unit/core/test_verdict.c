/* SPDX-License-Identifier: Apache-2.0 */
/* Weights and exit codes, held against the table in the README's section on exit codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/verdict.h"

static void test_verdict__fail_outweighs_error_outweighs_pass(void **state)
{
    (void)state;
    assert_int_equal(gst_verdict_worst(GST_ERROR, GST_FAIL), GST_FAIL);
    assert_int_equal(gst_verdict_worst(GST_PASS, GST_ERROR), GST_ERROR);
    assert_int_equal(gst_verdict_worst(GST_SKIP, GST_PASS), GST_PASS);
    assert_int_equal(gst_verdict_worst(GST_NOTE, GST_NOT_JUDGED), GST_NOT_JUDGED);
}

static void test_verdict__exit_codes(void **state)
{
    static const struct {
        enum gst_verdict verdict;
        int code;
    } rows[] = {
        { GST_PASS, 0 },  { GST_FAIL, 1 },        { GST_ERROR, 3 },
        { GST_SKIP, 77 }, { GST_NOT_JUDGED, 77 }, { GST_NOTE, 77 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gst_verdict_exit(rows[i].verdict), rows[i].code);
}

static void test_verdict__words(void **state)
{
    (void)state;
    assert_string_equal(gst_verdict_word(GST_FAIL), "FAIL");
    assert_string_equal(gst_verdict_word(GST_NOT_JUDGED), "not judged");
    assert_false(gst_verdict_counts(GST_SKIP));
    assert_true(gst_verdict_counts(GST_PASS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict__fail_outweighs_error_outweighs_pass),
        cmocka_unit_test(test_verdict__exit_codes),
        cmocka_unit_test(test_verdict__words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
