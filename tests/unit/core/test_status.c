/* SPDX-License-Identifier: Apache-2.0 */
/* A status keeps the first cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
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

static void test_status__what_keeps_a_process_from_starting(void **state)
{
    static const struct {
        int number;
        enum gst_finding_id finding;
        const char *cause;
    } cases[] = {
        { EAGAIN, GST_USER_PROCESS_LIMIT,
          "cannot start a process: Resource temporarily unavailable" },
        { ENOMEM, GST_SUITE_NO_HOST_MEMORY, "cannot start a process: Cannot allocate memory" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_status st = GST_STATUS_INIT;

        assert_false(gst_fail_to_start(&st, "a process", cases[i].number));
        assert_int_equal(st.finding, cases[i].finding);
        assert_string_equal(st.cause, cases[i].cause);
    }
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
        cmocka_unit_test(test_status__what_keeps_a_process_from_starting),
        cmocka_unit_test(test_status__long_causes_end_in_dots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
