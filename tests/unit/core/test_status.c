/* SPDX-License-Identifier: Apache-2.0 */
/* A status keeps the first cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/status.h"

static void test_status__keeps_the_first_cause(void **state)
{
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    assert_false(gst_fail(&st, GST_HOST_NO_GPU, "found %d", 0));
    assert_false(gst_fail(&st, GST_SUITE_CRASHED, "later"));
    assert_int_equal(st.finding, GST_HOST_NO_GPU);
    assert_string_equal(st.cause, "found 0");
    assert_int_equal(st.gpu, -1);
    assert_non_null(strstr(st.where, "test_status.c:"));
}

static void test_status__records_the_call(void **state)
{
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    assert_false(gst_status_fail_call(&st, GST_HOST_CALL_FAILED, GST_WHERE, "cuInit", 100, "%s",
                                      "no device"));
    assert_string_equal(st.call, "cuInit");
    assert_int_equal(st.code, 100);
    gst_status_clear(&st);
    assert_int_equal(st.finding, GST_NO_FINDING);
    assert_int_equal(st.gpu, -1);
    assert_string_equal(st.cause, "");
}

static void test_status__long_causes_end_in_dots(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    char text[1000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(gst_fail(&st, GST_HOST_NO_GPU, "%s", text));
    assert_int_equal(strlen(st.cause), GST_CAUSE_SIZE - 1);
    assert_string_equal(st.cause + GST_CAUSE_SIZE - 4, "...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status__keeps_the_first_cause),
        cmocka_unit_test(test_status__records_the_call),
        cmocka_unit_test(test_status__long_causes_end_in_dots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
