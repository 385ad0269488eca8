/* SPDX-License-Identifier: Apache-2.0 */
/* Appending: what is kept, what is cut, what does not fit, and what a killed writer leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/report.h"

static const struct gst_metric_def rate = { "copy.rate", "bytes moved", GST_UNIT_BYTES_PER_S,
                                            false };

static int set_up(void **state)
{
    *state = gst_report_map();
    return *state == NULL;
}

static int tear_down(void **state)
{
    gst_report_unmap(*state);
    return 0;
}

static void test_report__begins_empty_and_nowhere(void **state)
{
    struct gst_report *report = *state;

    assert_int_equal(report->progress.item, -1);
    assert_int_equal(report->progress.gpu, GST_NO_GPU);
    assert_int_equal(report->check_count, 0);
    assert_null(gst_report_item_name(report, -1));
    assert_null(gst_report_item_name(report, 0));
}

static void test_report__checks(void **state)
{
    struct gst_report *report = *state;

    report->progress.item = gst_report_item(report, "launch");
    gst_report_check(report, GST_HARDWARE_WRONG_RESULT, 5, true, "%d elements", 7);
    gst_report_check(report, GST_HARDWARE_WRONG_RESULT, 5, false, "element %d", 9);
    gst_report_check(report, GST_SUITE_LIBRARY_OUTPUT, -1, false, "text");
    assert_int_equal(report->check_count, 3);
    assert_int_equal(report->checks[0].verdict, GST_PASS);
    assert_null(report->checks[0].where);
    assert_int_equal(report->checks[1].verdict, GST_FAIL);
    assert_string_equal(report->checks[1].observed, "element 9");
    assert_non_null(strstr(report->checks[1].where, "test_report.c:"));
    assert_int_equal(report->checks[1].item, 0);
    assert_int_equal(report->checks[2].verdict, GST_NOTE);
    assert_string_equal(gst_report_item_name(report, 0), "launch");
}

static void test_report__status(void **state)
{
    struct gst_report *report = *state;
    struct gst_status st = GST_STATUS_INIT;

    gst_report_status(report, &st);
    assert_int_equal(report->check_count, 0);
    st.gpu = 2;
    gst_status_fail_call(&st, GST_HOST_CALL_FAILED, "a.c:1", "cuInit", 999, "it failed");
    gst_report_status(report, &st);
    assert_int_equal(report->check_count, 1);
    assert_int_equal(report->checks[0].gpu, 2);
    assert_int_equal(report->checks[0].code, 999);
    assert_string_equal(report->checks[0].call, "cuInit");
    assert_string_equal(report->checks[0].observed, "it failed");
    assert_int_equal(report->checks[0].item, -1);
}

static void test_report__metrics(void **state)
{
    struct gst_report *report = *state;
    const double samples[] = { 3e9, 1e9, 2e9 };
    struct gst_bar bar = { .floor = 2.5e9, .ceiling = NAN };

    gst_report_metric(report, &rate, 0, GST_NO_GPU, "driver", samples, 3, &bar);
    gst_report_metric(report, &rate, 1, GST_NO_GPU, NULL, samples, 2, NULL);
    gst_report_metric(report, &rate, 2, GST_NO_GPU, NULL, NULL, 0, NULL);
    assert_int_equal(report->metric_count, 3);
    assert_true(report->metrics[0].value == 2e9);
    assert_int_equal(report->metrics[0].verdict, GST_FAIL);
    assert_string_equal(report->metrics[0].variant, "driver");
    assert_int_equal(report->metrics[1].first_sample, 3);
    assert_int_equal(report->metrics[1].sample_count, 2);
    assert_true(report->samples[3] == 3e9 && report->samples[4] == 1e9);
    assert_int_equal(report->metrics[1].verdict, GST_NOT_JUDGED);
    assert_int_equal(report->metrics[2].verdict, GST_ERROR); /* a number that is none */
}

static void test_report__facts(void **state)
{
    struct gst_report *report = *state;

    gst_report_fact_text(report, 0, "driver", "name", "GPU %c", 'A');
    gst_report_fact_text(report, 0, "nvml", "name", "GPU B");
    gst_report_fact_number(report, GST_NO_GPU, "proc", "memory_total", GST_UNIT_BYTES, 4096);
    assert_string_equal(gst_report_find_fact(report, 0, NULL, "name")->text, "GPU A");
    assert_string_equal(gst_report_find_fact(report, 0, "nvml", "name")->text, "GPU B");
    assert_true(gst_report_find_fact(report, -1, "proc", "memory_total")->number == 4096);
    assert_null(gst_report_find_fact(report, 1, NULL, "name"));
    assert_null(gst_report_find_fact(report, 0, "sysfs", "name"));
}

static void test_report__long_text_is_cut_between_characters(void **state)
{
    struct gst_report *report = *state;
    char text[1000] = "";

    for (int i = 0; i < 300; i++)
        strcat(text, "\xE2\x82\xAC");
    /* 159 bytes: 52 characters of three make 156, and three dots. */
    gst_report_fact_text(report, 0, "driver", "name", "%s", text);
    assert_int_equal(strlen(report->facts[0].text), 159);
    assert_string_equal(report->facts[0].text + 153, "\xE2\x82\xAC...");
    gst_report_item(report, "a-name-that-is-longer-than-its-field");
    assert_string_equal(report->items[0].name, "a-name-that-is-longer-than-i...");
}

static void test_report__what_does_not_fit_is_counted(void **state)
{
    struct gst_report *report = *state;

    for (int i = 0; i < GST_REPORT_ITEMS; i++)
        assert_int_equal(gst_report_item(report, "x"), i);
    assert_int_equal(gst_report_item(report, "x"), -1);
    assert_int_equal(report->overflow, 1);
    for (int i = 0; i < GST_REPORT_FACTS + 2; i++)
        gst_report_fact_number(report, 0, "nvml", "x", GST_UNIT_NONE, i);
    assert_int_equal(report->fact_count, GST_REPORT_FACTS);
    assert_int_equal(report->overflow, 3);
}

static void test_report__samples_that_do_not_fit_leave_the_number(void **state)
{
    struct gst_report *report = *state;
    const double samples[] = { 1, 2, 3 };

    report->sample_count = GST_REPORT_SAMPLES - 3;
    gst_report_metric(report, &rate, 0, -1, NULL, samples, 3, NULL);
    assert_int_equal(report->sample_count, GST_REPORT_SAMPLES);
    assert_int_equal(report->overflow, 0);
    gst_report_metric(report, &rate, 0, -1, NULL, samples, 3, NULL);
    assert_int_equal(report->metrics[1].sample_count, 0);
    assert_true(report->metrics[1].value == 2);
    assert_int_equal(report->overflow, 1);
}

static void test_report__a_killed_child_leaves_what_it_wrote(void **state)
{
    struct gst_report *report = *state;
    int status;
    pid_t child = fork();

    if (child == 0) {
        report->progress.item = gst_report_item(report, "launch");
        gst_report_check(report, GST_HARDWARE_SLOW, 1, false, "from the child");
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(report->check_count, 1);
    assert_string_equal(report->checks[0].observed, "from the child");
    assert_string_equal(gst_report_item_name(report, report->checks[0].item), "launch");
}

#define GST_CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GST_CASE(test_report__begins_empty_and_nowhere),
        GST_CASE(test_report__checks),
        GST_CASE(test_report__status),
        GST_CASE(test_report__metrics),
        GST_CASE(test_report__facts),
        GST_CASE(test_report__long_text_is_cut_between_characters),
        GST_CASE(test_report__what_does_not_fit_is_counted),
        GST_CASE(test_report__samples_that_do_not_fit_leave_the_number),
        GST_CASE(test_report__a_killed_child_leaves_what_it_wrote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
