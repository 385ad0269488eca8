/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs by which a workload reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "run/run.h"

static const struct gst_metric_def rate = { "add.rate", "a rate", GST_UNIT_BYTES_PER_S, false };
static const struct gst_metric_def other = { "add.other", "not declared", GST_UNIT_SECONDS, false };
static const struct gst_metric_def *const metrics[] = { &rate, NULL };
static const struct gst_workload workload = { .name = "add", .metrics = metrics };
static const struct gst_workload bare = { .name = "bare" };

struct fixture {
    struct gst_bars bars;
    struct gst_run run;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->run.workload = &workload;
    f->run.bars = &f->bars;
    f->run.report = gst_report_map();
    f->run.report->progress.item = gst_report_item(f->run.report, "add");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    gst_report_unmap(f->run.report);
    free(f);
    return 0;
}

static void test_run__phase(void **state)
{
    struct gst_run *run = &((struct fixture *)*state)->run;

    gst_run_phase(run, 3, "copy to gpu %d", 3);
    assert_string_equal(run->report->progress.phase, "copy to gpu 3");
    assert_int_equal(run->report->progress.gpu, 3);
}

static void test_run__check(void **state)
{
    struct gst_run *run = &((struct fixture *)*state)->run;
    const struct gst_check *checks = run->report->checks;

    assert_true(gst_run_check(run, GST_HARDWARE_WRONG_RESULT, 0, true, "all %d", 5));
    assert_false(gst_run_check(run, GST_HARDWARE_WRONG_RESULT, 1, false, "100%% of %d", 7));
    assert_int_equal(run->report->check_count, 2);
    assert_int_equal(checks[0].verdict, GST_PASS);
    assert_int_equal(checks[1].verdict, GST_FAIL);
    assert_int_equal(checks[1].gpu, 1);
    assert_int_equal(checks[1].item, 0);
    assert_string_equal(checks[1].observed, "100% of 7");
    /* The place is the workload's, not the helper's. */
    assert_non_null(strstr(checks[1].where, "test_run.c"));
}

static void test_run__metric(void **state)
{
    struct gst_run *run = &((struct fixture *)*state)->run;
    struct gst_status st = GST_STATUS_INIT;
    const double samples[] = { 3, 1, 2 };

    assert_true(gst_run_metric(run, &rate, 2, "driver", samples, 3, gst_bar_none(), &st));
    assert_int_equal(run->report->metric_count, 1);
    assert_true(fabs(run->report->metrics[0].value - 2) < 1e-12);
    assert_int_equal(run->report->metrics[0].src_gpu, 2);
    assert_int_equal(run->report->metrics[0].verdict, GST_NOT_JUDGED);
}

static void test_run__undeclared_metric(void **state)
{
    struct gst_run *run = &((struct fixture *)*state)->run;
    struct gst_status st = GST_STATUS_INIT;
    const double sample = 1;

    assert_false(gst_run_metric(run, &other, 0, NULL, &sample, 1, gst_bar_none(), &st));
    assert_int_equal(st.finding, GST_SUITE_CRASHED);
    assert_non_null(strstr(st.cause, "add.other"));
    run->workload = &bare;
    gst_status_clear(&st);
    assert_false(gst_run_metric(run, &rate, 0, NULL, &sample, 1, gst_bar_none(), &st));
    assert_int_equal(run->report->metric_count, 0);
}

static void set_bar(struct fixture *f, double floor)
{
    f->bars.count = 1;
    snprintf(f->bars.rows[0].metric, sizeof(f->bars.rows[0].metric), "add.rate");
    f->bars.rows[0].floor = floor;
    f->bars.rows[0].unit = GST_UNIT_BYTES_PER_S;
}

static void test_run__site_bar(void **state)
{
    struct fixture *f = *state;
    struct gst_status st = GST_STATUS_INIT;
    const double sample = 10;

    set_bar(f, 11);
    assert_true(gst_run_metric(&f->run, &rate, 0, NULL, &sample, 1, gst_bar_none(), &st));
    assert_int_equal(f->run.report->metrics[0].verdict, GST_FAIL);
    assert_string_equal(f->run.report->usage_error, "");
}

static void test_run__site_bar_past_physics(void **state)
{
    struct fixture *f = *state;
    struct gst_status st = GST_STATUS_INIT;
    struct gst_bar bar = gst_bar_none();
    const double sample = 10;

    bar.ceiling = 20;
    set_bar(f, 30);
    assert_true(gst_run_metric(&f->run, &rate, 0, NULL, &sample, 1, bar, &st));
    assert_non_null(strstr(f->run.report->usage_error, "add.rate"));
}

static void test_run__summary_and_elements(void **state)
{
    struct gst_run *run = &((struct fixture *)*state)->run;

    gst_run_count_elements(run, 40);
    gst_run_count_elements(run, 2);
    gst_run_summary(run, "%d GPUs", 4);
    assert_int_equal(run->report->items[0].elements_checked, 42);
    assert_string_equal(run->report->items[0].summary, "4 GPUs");
    /* Outside any workload there is nowhere to put it. */
    run->report->progress.item = -1;
    gst_run_summary(run, "lost");
    gst_run_count_elements(run, 1);
    assert_int_equal(run->report->items[0].elements_checked, 42);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_run__##name, setup, teardown)

static void test_run__explanation_takes_the_place_of_slow(void **state)
{
    struct gst_run *run = &((struct fixture *)*state)->run;
    const struct gst_check *checks = run->report->checks;
    struct gst_bar bar = gst_bar_none();
    struct gst_status st = GST_STATUS_INIT;
    const double samples[] = { 3e9 };

    bar.floor = 5e9;
    snprintf(bar.floor_from, sizeof(bar.floor_from), "the test");
    assert_true(gst_run_metric(run, &rate, 2, "driver", samples, 1, bar, &st));
    gst_run_explain_metric(run, GST_HARDWARE_PCIE_LINK_NARROW, "half of its lanes");
    gst_report_conclude(run->report);
    assert_int_equal(run->report->check_count, 1);
    assert_int_equal(checks[0].finding, GST_HARDWARE_PCIE_LINK_NARROW);
    assert_int_equal(checks[0].gpu, 2);
    assert_string_equal(checks[0].observed,
                        "add.rate driver is 3 GB/s, floor 5 GB/s from the test; half of its lanes");
}

static void test_run__what_is_fast_enough_needs_no_explanation(void **state)
{
    struct gst_run *run = &((struct fixture *)*state)->run;
    struct gst_bar bar = gst_bar_none();
    struct gst_status st = GST_STATUS_INIT;
    const double samples[] = { 6e9 };

    gst_run_explain_metric(run, GST_HARDWARE_PCIE_LINK_NARROW, "no metric yet");
    bar.floor = 5e9;
    assert_true(gst_run_metric(run, &rate, 2, NULL, samples, 1, bar, &st));
    gst_run_explain_metric(run, GST_HARDWARE_PCIE_LINK_NARROW, "half of its lanes");
    gst_report_conclude(run->report);
    assert_int_equal(run->report->check_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(phase),
        CASE(check),
        CASE(metric),
        CASE(explanation_takes_the_place_of_slow),
        CASE(what_is_fast_enough_needs_no_explanation),
        CASE(undeclared_metric),
        CASE(site_bar),
        CASE(site_bar_past_physics),
        CASE(summary_and_elements),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
