/* SPDX-License-Identifier: Apache-2.0 */
/* Who falls out among identical GPUs, and who is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/siblings.h"

#define GPUS 8

static const struct gst_metric_def read_rate = {
    .name = "memory.read",
    .unit = GST_UNIT_BYTES_PER_S,
    .has_siblings = true,
};

static const struct gst_metric_def write_rate = {
    .name = "memory.write",
    .unit = GST_UNIT_BYTES_PER_S,
    .has_siblings = true,
};

static const struct gst_metric_def shared_rate = {
    .name = "memory.shared",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def latency = {
    .name = "memory.latency",
    .unit = GST_UNIT_SECONDS,
    .has_siblings = true,
};

static void test_sibling_of__gap_and_score(void **state)
{
    /* median 100, MAD 0, so 1 % of the median instead: 0.6745 x -15 / 1 = -10.1 */
    const double rates[] = { 100, 100, 100, 85, 100, 100, 100, 100 };
    const struct gst_sibling slow = gst_sibling_of(rates, 8, 3, false);
    const struct gst_sibling other = gst_sibling_of(rates, 8, 0, false);

    (void)state;
    assert_true(slow.is_behind);
    assert_true(fabs(slow.median - 100) < 1e-9 && fabs(slow.gap - 0.15) < 1e-9);
    assert_true(fabs(slow.score + 10.1175) < 1e-9);
    assert_false(other.is_behind);
    assert_false(gst_sibling_of(rates, 8, 3, true).is_behind);
}

static void test_sibling_of__both_limits_have_to_be_passed(void **state)
{
    static const struct {
        double values[5];
        bool is_behind; /* the last of them */
    } rows[] = {
        { { 100, 100, 100, 100, 91 }, false }, /* z -6, but 9 % */
        { { 100, 100, 100, 100, 89 }, true },
        /* 20 % below, but they are all over the place: MAD 10, z -1.3 */
        { { 110, 90, 100, 115, 80 }, false },
        { { 100, 100, 100, 100, 130 }, false }, /* better is no fault */
        { { 100, 100, 85, 85, 85 }, false },    /* the median is theirs */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(gst_sibling_of(rows[i].values, 5, 4, false).is_behind, rows[i].is_behind);
}

static void test_sibling_of__of_a_latency_the_greater_is_behind(void **state)
{
    const double seconds[] = { 1e-6, 1e-6, 1.2e-6, 1e-6 };

    (void)state;
    assert_true(gst_sibling_of(seconds, 4, 2, true).is_behind);
    assert_true(fabs(gst_sibling_of(seconds, 4, 2, true).gap - 0.2) < 1e-9);
    assert_false(gst_sibling_of(seconds, 4, 0, true).is_behind);
}

static void test_sibling_of__three_are_too_few_and_nonsense_tells_nothing(void **state)
{
    const double few[] = { 100, 100, 50 }, nan[] = { 100, NAN, 100, 50 },
                 zero[] = { 0, 100, 100, 50 };

    (void)state;
    assert_false(gst_sibling_of(few, 3, 2, false).is_behind);
    assert_false(gst_sibling_of(nan, 4, 3, false).is_behind);
    assert_false(gst_sibling_of(zero, 4, 3, false).is_behind);
}

/* --- in a report --- */

static int set_up(void **state)
{
    struct gst_report *report = gst_report_map();

    *state = report;
    if (report == NULL)
        return 1;
    for (int gpu = 0; gpu < GPUS; gpu++)
        gst_report_fact_text(report, gpu, "driver", "name", "NVIDIA X");
    report->progress.item = gst_report_item(report, "memory");
    report->items[0].state = GST_ITEM_DONE;
    report->items[0].verdict = GST_PASS;
    return 0;
}

static int tear_down(void **state)
{
    gst_report_unmap(*state);
    return 0;
}

static struct gst_metric *add_one(struct gst_report *report, const struct gst_metric_def *def,
                                  int gpu, double value, double ceiling)
{
    struct gst_bar bar = gst_bar_none();

    bar.ceiling = ceiling;
    gst_report_metric(report, def, gpu, gpu, NULL, &value, 1, &bar);
    return &report->metrics[report->metric_count - 1];
}

/* All of a ceiling of 120. */
static void add_pair(struct gst_report *report, const struct gst_metric_def *def, int from, int to,
                     double value, double floor)
{
    struct gst_bar bar = gst_bar_none();

    bar.ceiling = 120;
    bar.floor = floor;
    gst_report_metric(report, def, from, to, NULL, &value, 1, &bar);
}

/* GPU 3 at `slow`, the others at 100, of 120. Returns the one of GPU 3. */
static struct gst_metric *add_all(struct gst_report *report, const struct gst_metric_def *def,
                                  double slow)
{
    struct gst_metric *metric = NULL;

    for (int gpu = 0; gpu < GPUS; gpu++) {
        struct gst_metric *added = add_one(report, def, gpu, gpu == 3 ? slow : 100, 120);

        metric = gpu == 3 ? added : metric;
    }
    return metric;
}

static void test_judge__one_check_of_the_worst_and_the_rest_as_evidence(void **state)
{
    struct gst_report *report = *state;
    const struct gst_check *check = report->checks;
    struct gst_metric *read = add_all(report, &read_rate, 85);
    struct gst_metric *write = add_all(report, &write_rate, 80);

    gst_report_conclude(report);
    assert_int_equal(report->verdict, GST_FAIL);
    assert_int_equal(report->items[0].verdict, GST_FAIL);
    assert_int_equal(report->check_count, 1);
    assert_int_equal(check->finding, GST_HARDWARE_SLOWER);
    assert_int_equal(check->gpu, 3);
    assert_int_equal(check->item, 0);
    assert_non_null(strstr(check->observed, "memory.write is 80 B/s, 20 % below 100 B/s"));
    assert_non_null(strstr(check->observed, "8 identical GPUs"));
    assert_non_null(strstr(check->observed, "behind, too, in memory.read"));
    assert_int_equal(write->verdict, GST_FAIL);
    assert_true(fabs(write->bar.floor - 90) < 1e-9);
    assert_string_equal(write->bar.floor_from, "8 identical GPUs");
    assert_int_equal(read->verdict, GST_NOT_JUDGED);
    gst_report_conclude(report);
    assert_int_equal(report->check_count, 1);
}

static void test_judge__equals_are_silent(void **state)
{
    struct gst_report *report = *state;

    add_all(report, &read_rate, 100);
    add_all(report, &write_rate, 91);
    gst_report_conclude(report);
    assert_int_equal(report->check_count, 0);
    assert_int_equal(report->verdict, GST_PASS);
}

static void test_judge__only_what_can_be_compared(void **state)
{
    struct gst_report *report = *state;

    add_all(report, &shared_rate, 50); /* the row does not say that it can */
    for (int gpu = 0; gpu < GPUS; gpu++) {
        /* another ceiling: another kind of link */
        add_one(report, &read_rate, gpu, gpu == 3 ? 50 : 100, gpu == 3 ? 60 : 120);
        add_one(report, &write_rate, gpu, gpu == 3 ? 50 : 100, NAN);
    }
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 0);
}

static void test_judge__another_model_is_no_sibling(void **state)
{
    struct gst_report *report = *state;

    strcpy(report->facts[3].text, "NVIDIA Y");
    add_all(report, &read_rate, 50);
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 0);
}

/* Small products are slower: squares are held against squares of their side. */
static void test_judge__another_side_is_no_sibling(void **state)
{
    struct gst_report *report = *state;

    add_all(report, &read_rate, 50)->side = 4096;
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 0);
    for (size_t i = 0; i < report->metric_count; i++)
        report->metrics[i].side = 4096;
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 1);
}

static void test_judge__what_is_in_trouble_already_is_left_alone(void **state)
{
    struct gst_report *report = *state;
    struct gst_metric *metric = add_all(report, &read_rate, 50);

    metric->verdict = GST_FAIL;
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 0);

    metric->verdict = GST_NOT_JUDGED;
    gst_report_check(report, GST_HARDWARE_THROTTLED, 3, false, "hot");
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 1);
}

static void test_judge__what_explains_it_gives_the_word(void **state)
{
    static const struct {
        enum gst_finding_id explained_by, finding;
    } rows[] = {
        { GST_HARDWARE_SLOW, GST_HARDWARE_SLOWER },
        { GST_HOST_CLOCKS_LIMITED, GST_HOST_CLOCKS_LIMITED },
        { GST_USER_MEMORY_FAR, GST_NO_FINDING }, /* the user's choice, and the floor is kept */
        { GST_USER_GPU_BUSY, GST_NO_FINDING },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gst_report *report;
        void *fresh;

        assert_int_equal(set_up(&fresh), 0);
        report = fresh;
        add_all(report, &read_rate, 50)->explained_by = rows[i].explained_by;
        gst_siblings_judge(report);
        assert_int_equal(report->check_count, rows[i].finding != GST_NO_FINDING);
        if (rows[i].finding != GST_NO_FINDING)
            assert_int_equal(report->checks[0].finding, rows[i].finding);
        gst_report_unmap(report);
    }
}

static void test_judge__of_pairs_the_median_over_a_gpu_counts(void **state)
{
    struct gst_report *report = *state;

    /* One slow pair is no slow GPU. */
    for (int from = 0; from < GPUS; from++) {
        for (int to = 0; to < GPUS; to++) {
            if (from != to)
                add_pair(report, &read_rate, from, to, from == 1 && to == 2 ? 50 : 100, 40);
        }
    }
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 0);

    for (int from = 0; from < GPUS; from++) {
        for (int to = 0; to < GPUS; to++) {
            if (from != to)
                add_pair(report, &write_rate, from, to, from == 5 || to == 5 ? 70 : 100, 40);
        }
    }
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 1);
    assert_int_equal(report->checks[0].gpu, 5);
    assert_non_null(strstr(report->checks[0].observed, "over all its pairs, 30 % below"));
}

/* Without a floor nobody knows which way it goes: through the host, across sockets. */
static void test_judge__pairs_without_a_floor_are_left_alone(void **state)
{
    struct gst_report *report = *state;

    for (int from = 0; from < GPUS; from++) {
        for (int to = 0; to < GPUS; to++) {
            if (from != to)
                add_pair(report, &read_rate, from, to, from == 5 || to == 5 ? 70 : 100, NAN);
        }
    }
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 0);
}

static void test_judge__latencies_need_no_ceiling(void **state)
{
    struct gst_report *report = *state;

    for (int gpu = 0; gpu < GPUS; gpu++)
        add_one(report, &latency, gpu, gpu == 6 ? 1.5e-6 : 1e-6, NAN);
    gst_siblings_judge(report);
    assert_int_equal(report->check_count, 1);
    assert_int_equal(report->checks[0].gpu, 6);
    assert_non_null(strstr(report->checks[0].observed, "50 % above 1 us"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sibling_of__gap_and_score),
        cmocka_unit_test(test_sibling_of__both_limits_have_to_be_passed),
        cmocka_unit_test(test_sibling_of__of_a_latency_the_greater_is_behind),
        cmocka_unit_test(test_sibling_of__three_are_too_few_and_nonsense_tells_nothing),
        cmocka_unit_test_setup_teardown(test_judge__one_check_of_the_worst_and_the_rest_as_evidence,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_judge__equals_are_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_judge__only_what_can_be_compared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_judge__another_model_is_no_sibling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_judge__another_side_is_no_sibling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_judge__what_is_in_trouble_already_is_left_alone,
                                        set_up, tear_down),
        cmocka_unit_test(test_judge__what_explains_it_gives_the_word),
        cmocka_unit_test_setup_teardown(test_judge__of_pairs_the_median_over_a_gpu_counts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_judge__pairs_without_a_floor_are_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_judge__latencies_need_no_ceiling, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
