/* SPDX-License-Identifier: Apache-2.0 */
/* From evidence to verdict, exit code and headline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

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

/* An item that run() ended with this word, and that what follows belongs to. */
static struct gst_item *item(struct gst_report *report, const char *name, enum gst_verdict verdict)
{
    int index = gst_report_item(report, name);

    report->items[index].state = GST_ITEM_DONE;
    report->items[index].verdict = verdict;
    report->progress.item = index;
    return &report->items[index];
}

static void measure(struct gst_report *report, double value, double floor, double ceiling)
{
    struct gst_bar bar = { .floor = floor,
                           .ceiling = ceiling,
                           .floor_from = "HBM3 class",
                           .ceiling_from = "memory clock" };

    gst_report_metric(report, &rate, 3, GST_NO_GPU, "driver", &value, 1, &bar);
}

static void test_conclude__nothing_is_77(void **state)
{
    struct gst_report *report = *state;

    gst_report_conclude(report);
    assert_int_equal(report->verdict, GST_SKIP);
    assert_int_equal(gst_report_exit(report), 77);
    assert_null(gst_report_headline(report));
    item(report, "a", GST_SKIP);
    gst_report_conclude(report);
    assert_int_equal(gst_report_exit(report), 77);
}

/* GPUs opened, and then there were too few of them for all that was asked for. */
static void test_conclude__opening_is_no_test(void **state)
{
    struct gst_report *report = *state;

    gst_report_check(report, GST_HOST_NO_GPU, GST_NO_GPU, true, "1 GPU");
    item(report, "fan", GST_SKIP);
    gst_report_conclude(report);
    assert_int_equal(report->verdict, GST_SKIP);
    assert_int_equal(gst_report_exit(report), 77);
    item(report, "query", GST_PASS);
    gst_report_conclude(report);
    assert_int_equal(gst_report_exit(report), 0);
}

static void test_conclude__items_take_the_worst_of_their_checks(void **state)
{
    struct gst_report *report = *state;
    struct gst_item *good = item(report, "good", GST_PASS), *bad;

    gst_report_check(report, GST_HARDWARE_SLOW, 0, true, "fine");
    bad = item(report, "bad", GST_PASS);
    gst_report_check(report, GST_HARDWARE_WRONG_RESULT, 5, false, "element 3");
    gst_report_conclude(report);
    assert_int_equal(good->verdict, GST_PASS);
    assert_int_equal(bad->verdict, GST_FAIL);
    assert_int_equal(report->verdict, GST_FAIL);
    assert_int_equal(gst_report_exit(report), 1);
    assert_int_equal(gst_report_count(report, GST_PASS), 1);
    assert_int_equal(gst_report_headline(report)->finding, GST_HARDWARE_WRONG_RESULT);
}

static void test_conclude__headline_is_the_first_failure(void **state)
{
    struct gst_report *report = *state;

    gst_report_check(report, GST_SUITE_TIMED_OUT, 0, false, "late");
    gst_report_check(report, GST_HARDWARE_ECC, 1, false, "first failure");
    gst_report_check(report, GST_HARDWARE_WRONG_RESULT, 0, false, "second failure");
    gst_report_conclude(report);
    assert_string_equal(gst_report_headline(report)->observed, "first failure");
}

static void test_conclude__what_failed_before_any_workload_counts_as_one(void **state)
{
    struct gst_report *report = *state;

    gst_report_check(report, GST_HOST_DRIVER_TOO_OLD, GST_NO_GPU, false, "old");
    gst_report_check(report, GST_SUITE_TIMED_OUT, GST_NO_GPU, false, "late");
    gst_report_check(report, GST_RUNTIME_NVML_MISSING, GST_NO_GPU, true, "there");
    item(report, "good", GST_PASS);
    gst_report_conclude(report);
    assert_int_equal(gst_report_count(report, GST_FAIL), 0);
    assert_int_equal(gst_report_count_all(report, GST_FAIL), 1);
    assert_int_equal(gst_report_count_all(report, GST_ERROR), 0);
    assert_int_equal(gst_report_count_all(report, GST_PASS), 1);
}

static void test_conclude__headline_prefers_what_blocks_workloads(void **state)
{
    struct gst_report *report = *state;
    struct gst_item *blocked;

    gst_report_check(report, GST_HOST_DRIVER_TOO_OLD, GST_NO_GPU, false, "too old, too");
    gst_report_check(report, GST_HOST_MODULE_NOT_LOADED, GST_NO_GPU, false, "the blocker");
    gst_report_check(report, GST_HARDWARE_ECC, 1, false, "found later");
    blocked = item(report, "vector-add", GST_SKIP);
    blocked->blocked_by = GST_HOST_MODULE_NOT_LOADED;
    gst_report_conclude(report);
    assert_string_equal(gst_report_headline(report)->observed, "the blocker");
}

static void test_conclude__one_cause_blocks_its_consequences(void **state)
{
    struct gst_report *report = *state;
    struct gst_item *blocked = item(report, "query", GST_FAIL);

    /* Effects before the cause, and a chain: no GPU, so no module, so no nodes. */
    gst_report_check(report, GST_RUNTIME_DEVICE_NODES, GST_NO_GPU, false, "no node");
    gst_report_check(report, GST_HOST_MODULE_NOT_LOADED, GST_NO_GPU, false, "no module");
    report->progress.item = -1;
    gst_report_check(report, GST_HOST_NO_GPU, GST_NO_GPU, false, "no GPU");
    for (int i = 0; i < 2; i++) { /* again changes nothing */
        gst_report_conclude(report);
        assert_int_equal(report->check_count, 3);
        assert_int_equal(report->checks[0].verdict, GST_SKIP);
        assert_int_equal(report->checks[0].blocked_by, GST_HOST_NO_GPU);
        assert_int_equal(report->checks[1].verdict, GST_SKIP);
        assert_int_equal(report->checks[2].verdict, GST_FAIL);
        assert_int_equal(blocked->verdict, GST_SKIP);
        assert_int_equal(blocked->blocked_by, GST_HOST_NO_GPU);
        assert_string_equal(blocked->reason, "blocked by host.no-gpu");
        assert_int_equal(gst_report_headline(report)->finding, GST_HOST_NO_GPU);
        assert_int_equal(report->verdict, GST_FAIL);
    }
}

static void test_conclude__a_cause_on_one_gpu_blocks_nothing_on_another(void **state)
{
    struct gst_report *report = *state;

    gst_report_check(report, GST_HARDWARE_GPU_LOST, 2, false, "lost");
    gst_report_check(report, GST_HARDWARE_KERNEL_FAULT, 2, false, "same GPU");
    gst_report_check(report, GST_HARDWARE_KERNEL_FAULT, 3, false, "another GPU");
    gst_report_conclude(report);
    assert_int_equal(report->checks[1].verdict, GST_SKIP);
    assert_int_equal(report->checks[2].verdict, GST_FAIL);
}

static void test_conclude__an_item_with_more_wrong_than_what_is_blocked_fails(void **state)
{
    struct gst_report *report = *state;
    struct gst_item *mixed = item(report, "mixed", GST_FAIL);

    gst_report_check(report, GST_HARDWARE_GPU_LOST, 2, false, "lost");
    gst_report_check(report, GST_HARDWARE_KERNEL_FAULT, 2, false, "consequence");
    gst_report_conclude(report);
    assert_int_equal(mixed->verdict, GST_FAIL);
}

/* Each of these has one GPU whose kernels are blocked; a workload that goes on to the next GPU may
 * have nothing else to show. */
static void test_conclude__what_was_blocked_and_has_nothing_to_show_is_no_pass(void **state)
{
    struct gst_report *report = *state;
    struct gst_item *idle, *counted, *measured, *asked;

    gst_report_check(report, GST_HOST_DRIVER_TOO_OLD, GST_NO_GPU, false, "an old driver");
    idle = item(report, "idle", GST_PASS);
    idle->has_numbers = true;
    gst_report_check(report, GST_IMAGE_CUBLAS_FAILED, 0, false, "no handle");
    gst_report_check(report, GST_IMAGE_CUBLAS_VERSIONS_DIFFER, 0, true, "one version");
    counted = item(report, "counted", GST_PASS);
    counted->has_numbers = true;
    counted->elements_checked = 1;
    gst_report_check(report, GST_IMAGE_CUBLAS_FAILED, 0, false, "no handle");
    measured = item(report, "measured", GST_PASS);
    measured->has_numbers = true;
    gst_report_check(report, GST_IMAGE_CUBLAS_FAILED, 0, false, "no handle");
    measure(report, 10, 5, 20);
    asked = item(report, "asked", GST_PASS); /* such as the audit */
    gst_report_check(report, GST_IMAGE_CUBLAS_FAILED, 0, false, "no handle");
    for (int i = 0; i < 2; i++) {
        gst_report_conclude(report);
        assert_int_equal(idle->verdict, GST_SKIP);
        assert_string_equal(idle->reason, "blocked by host.driver-too-old");
        assert_int_equal(counted->verdict, GST_PASS);
        assert_int_equal(measured->verdict, GST_PASS);
        assert_int_equal(asked->verdict, GST_PASS);
    }
}

static void test_conclude__slow_and_impossible_numbers_become_findings_once(void **state)
{
    struct gst_report *report = *state;
    struct gst_item *copy = item(report, "copy", GST_PASS);

    measure(report, 5e11, 1.5e12, 3.35e12);
    measure(report, 9e12, 1.5e12, 3.35e12);
    for (int i = 0; i < 2; i++) {
        gst_report_conclude(report);
        assert_int_equal(report->check_count, 2);
        assert_int_equal(report->checks[0].finding, GST_HARDWARE_SLOW);
        assert_int_equal(report->checks[0].gpu, 3);
        assert_int_equal(report->checks[0].item, 0);
        assert_string_equal(report->checks[0].observed,
                            "copy.rate driver is 500 GB/s, floor 1.5 TB/s from HBM3 class");
        assert_int_equal(report->checks[1].finding, GST_SUITE_IMPOSSIBLE_NUMBER);
        assert_string_equal(report->checks[1].observed,
                            "copy.rate driver is 9 TB/s, ceiling 3.35 TB/s from memory clock");
        assert_int_equal(copy->verdict, GST_FAIL);
    }
}

static void test_conclude__a_pair_is_named_and_nonsense_is_called_so(void **state)
{
    struct gst_report *report = *state;
    struct gst_bar bar = { .floor = 2e9, .ceiling = NAN };
    double value = 1e9;

    gst_report_metric(report, &rate, 0, 1, NULL, &value, 1, &bar);
    gst_report_metric(report, &rate, 2, 2, NULL, NULL, 0, &bar);
    gst_report_conclude(report);
    assert_string_equal(report->checks[0].observed,
                        "copy.rate from gpu 0 to gpu 1 is 1 GB/s, floor 2 GB/s");
    assert_string_equal(report->checks[1].observed, "copy.rate is n/a, which is no measurement");
}

static void test_conclude__a_skip_that_names_its_cause_gets_a_reason(void **state)
{
    struct gst_report *report = *state;

    item(report, "query", GST_SKIP)->blocked_by = GST_HOST_NO_GPU;
    gst_report_conclude(report);
    assert_int_equal(report->items[0].verdict, GST_SKIP);
    assert_string_equal(report->items[0].reason, "blocked by host.no-gpu");
}

/* Blocked by what is blocked itself: the last cause is named, in words, too. */
static void test_conclude__a_skip_names_the_last_cause(void **state)
{
    struct gst_report *report = *state;

    gst_report_check(report, GST_USER_NO_GPUS_REQUESTED, GST_NO_GPU, false, "not asked for");
    gst_report_check(report, GST_RUNTIME_LIBCUDA_MISSING, GST_NO_GPU, false, "no libcuda.so.1");
    item(report, "query", GST_SKIP);
    item(report, "own", GST_SKIP)->blocked_by = GST_RUNTIME_LIBCUDA_MISSING;
    strcpy(report->items[1].reason, "a reason of its own");
    gst_report_skip_from(report, 0, GST_RUNTIME_LIBCUDA_MISSING);
    for (int i = 0; i < 2; i++) { /* again changes nothing */
        gst_report_conclude(report);
        assert_int_equal(report->items[0].blocked_by, GST_USER_NO_GPUS_REQUESTED);
        assert_string_equal(report->items[0].reason, "blocked by user.no-gpus-requested");
        assert_int_equal(report->items[1].blocked_by, GST_USER_NO_GPUS_REQUESTED);
        assert_string_equal(report->items[1].reason, "a reason of its own");
        assert_int_equal(gst_report_headline(report)->finding, GST_USER_NO_GPUS_REQUESTED);
    }
}

/* Somebody else found the same, and that is not explained: it is the cause. */
static void test_conclude__a_cause_that_also_stands_alone_is_the_last(void **state)
{
    struct gst_report *report = *state;

    gst_report_check(report, GST_HARDWARE_GPU_LOST, 0, false, "lost");
    gst_report_check(report, GST_HARDWARE_KERNEL_FAULT, 0, false, "consequence");
    gst_report_check(report, GST_HARDWARE_KERNEL_FAULT, 1, false, "its own");
    item(report, "query", GST_SKIP)->blocked_by = GST_HARDWARE_KERNEL_FAULT;
    gst_report_conclude(report);
    assert_int_equal(report->items[0].blocked_by, GST_HARDWARE_KERNEL_FAULT);
}

static void test_conclude__unjudged_numbers_do_not_spoil_a_pass(void **state)
{
    struct gst_report *report = *state;
    size_t judged, total;

    item(report, "copy", GST_PASS);
    measure(report, 5e11, NAN, NAN);
    measure(report, 5e11, 1e11, NAN);
    gst_report_conclude(report);
    assert_int_equal(gst_report_exit(report), 0);
    gst_report_judged(report, &judged, &total);
    assert_int_equal(judged, 1);
    assert_int_equal(total, 2);
    report->is_strict = true;
    assert_int_equal(gst_report_exit(report), 3);
}

static void test_conclude__strict(void **state)
{
    struct gst_report *report = *state;

    report->is_strict = true;
    report->gpus_total = report->gpus_tested = 2;
    item(report, "copy", GST_PASS);
    gst_report_conclude(report);
    assert_int_equal(gst_report_exit(report), 0);
    report->gpus_tested = 1;
    assert_int_equal(gst_report_exit(report), 3);
    report->gpus_tested = 2;
    item(report, "skipped", GST_SKIP);
    gst_report_conclude(report);
    assert_int_equal(gst_report_exit(report), 3);
    report->is_strict = false;
    assert_int_equal(gst_report_exit(report), 0);
    report->is_strict = true;
    gst_report_check(report, GST_HARDWARE_ECC, 0, false, "wrong is still 1");
    gst_report_conclude(report);
    assert_int_equal(gst_report_exit(report), 1);
}

static void test_conclude__overflow_is_an_error(void **state)
{
    struct gst_report *report = *state;

    item(report, "copy", GST_PASS);
    for (int i = 0; i < GST_REPORT_CHECKS + 10; i++)
        gst_report_check(report, GST_HARDWARE_SLOW, 0, true, "fine");
    assert_true(report->overflow > 0);
    gst_report_conclude(report);
    assert_int_equal(gst_report_headline(report)->finding, GST_SUITE_REPORT_FULL);
    assert_int_equal(gst_report_exit(report), 3);
}

static void test_conclude__an_interrupted_run_could_not_tell(void **state)
{
    struct gst_report *report = *state;
    struct gst_item *running;

    item(report, "done", GST_PASS);
    running = item(report, "running", GST_NOTE);
    running->state = GST_ITEM_RUNNING;
    gst_report_item(report, "pending");
    strcpy(report->interrupted, "SIGTERM");
    gst_report_conclude(report);
    gst_report_conclude(report);
    assert_int_equal(report->check_count, 1);
    assert_int_equal(gst_report_headline(report)->finding, GST_SUITE_INTERRUPTED);
    assert_int_equal(running->verdict, GST_ERROR);
    assert_int_equal(report->items[2].verdict, GST_SKIP);
    assert_string_equal(report->items[2].reason, "not reached");
    assert_int_equal(gst_report_exit(report), 3);
}

#define GST_CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GST_CASE(test_conclude__nothing_is_77),
        GST_CASE(test_conclude__opening_is_no_test),
        GST_CASE(test_conclude__items_take_the_worst_of_their_checks),
        GST_CASE(test_conclude__headline_is_the_first_failure),
        GST_CASE(test_conclude__what_failed_before_any_workload_counts_as_one),
        GST_CASE(test_conclude__headline_prefers_what_blocks_workloads),
        GST_CASE(test_conclude__one_cause_blocks_its_consequences),
        GST_CASE(test_conclude__a_cause_on_one_gpu_blocks_nothing_on_another),
        GST_CASE(test_conclude__an_item_with_more_wrong_than_what_is_blocked_fails),
        GST_CASE(test_conclude__what_was_blocked_and_has_nothing_to_show_is_no_pass),
        GST_CASE(test_conclude__slow_and_impossible_numbers_become_findings_once),
        GST_CASE(test_conclude__a_pair_is_named_and_nonsense_is_called_so),
        GST_CASE(test_conclude__a_skip_that_names_its_cause_gets_a_reason),
        GST_CASE(test_conclude__a_skip_names_the_last_cause),
        GST_CASE(test_conclude__a_cause_that_also_stands_alone_is_the_last),
        GST_CASE(test_conclude__unjudged_numbers_do_not_spoil_a_pass),
        GST_CASE(test_conclude__strict),
        GST_CASE(test_conclude__overflow_is_an_error),
        GST_CASE(test_conclude__an_interrupted_run_could_not_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
