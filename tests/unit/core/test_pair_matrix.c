/* SPDX-License-Identifier: Apache-2.0 */
/* What a group of pairs is, and what is worked out of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/metric_group.h"
#include "core/pair_matrix.h"

#define MOST 8

static const struct gst_metric_def rate = { .name = "a.rate",
                                            .title = "a",
                                            .unit = GST_UNIT_BYTES_PER_S };
static const struct gst_metric_def latency = { .name = "a.latency",
                                               .title = "a",
                                               .unit = GST_UNIT_SECONDS };
static const struct gst_metric_def share = { .name = "a.share",
                                             .title = "a",
                                             .unit = GST_UNIT_FRACTION };

struct pairs {
    struct gst_metric metrics[MOST];
    const struct gst_metric *rows[MOST];
    size_t count;
};

static struct gst_metric *add(struct pairs *pairs, const struct gst_metric_def *def, int from,
                              int to, double value, enum gst_verdict verdict)
{
    struct gst_metric *metric = &pairs->metrics[pairs->count];

    *metric = (struct gst_metric){ .def = def,
                                   .src_gpu = from,
                                   .dst_gpu = to,
                                   .value = value,
                                   .bar = gst_bar_none(),
                                   .verdict = verdict };
    pairs->rows[pairs->count++] = metric;
    return metric;
}

static void test_pair_matrix__what_is_one(void **state)
{
    static const struct {
        int from, to;
        bool is_matrix;
    } last[] = {
        { 3, 4, true },
        { 4, 4, false },
        { GST_NO_GPU, 4, false },
        { 4, GST_REPORT_GPUS, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof last / sizeof last[0]; i++) {
        struct pairs pairs = { .count = 0 };

        for (int to = 1; to < 5; to++)
            add(&pairs, &rate, 0, to, 1, GST_PASS);
        assert_false(gst_metric_group_is_matrix(pairs.rows, pairs.count));
        add(&pairs, &rate, last[i].from, last[i].to, 1, GST_PASS);
        assert_int_equal(gst_metric_group_is_matrix(pairs.rows, pairs.count), last[i].is_matrix);
    }
}

static void test_pair_matrix__one_unit_and_as_many_decimals(void **state)
{
    static const struct {
        const struct gst_metric_def *def;
        double least, most;
        const char *unit, *first, *second;
    } rows[] = {
        { &rate, 100e9, 1.5e12, "GB/s", "100", "1500" },
        { &rate, 24.04e9, 388.06e9, "GB/s", "24.0", "388.1" },
        { &rate, 2e8, 5e9, "GB/s", "0.20", "5.00" },
        { &latency, 0.5e-6, 21e-6, "us", "0.50", "21.00" },
        { &share, 0.5, 0.995, "%", "50.0", "99.5" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pairs pairs = { .count = 0 };
        struct gst_pair_matrix matrix;
        char text[24];

        add(&pairs, rows[i].def, 2, 7, rows[i].least, GST_PASS);
        add(&pairs, rows[i].def, 7, 2, rows[i].most, GST_PASS);
        gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
        assert_string_equal(matrix.unit, rows[i].unit);
        assert_string_equal(gst_pair_matrix_cell(&matrix, 2, 7, text), rows[i].first);
        assert_string_equal(gst_pair_matrix_cell(&matrix, 7, 2, text), rows[i].second);
        assert_string_equal(gst_pair_matrix_cell(&matrix, 2, 2, text), "-");
        assert_int_equal(matrix.width, strlen(rows[i].second) > 3 ? strlen(rows[i].second) : 3);
        assert_int_equal(matrix.gpu_count, 2);
        assert_int_equal(matrix.gpus[1], 7);
    }
}

static void test_pair_matrix__worst_median_and_missing(void **state)
{
    struct pairs pairs = { .count = 0 };
    struct gst_pair_matrix matrix;

    (void)state;
    add(&pairs, &rate, 0, 1, 90, GST_PASS)->bar.ceiling = 100;
    add(&pairs, &rate, 1, 0, 30, GST_PASS)->bar.ceiling = 40;
    add(&pairs, &rate, 0, 2, 95, GST_PASS)->bar.ceiling = 100;
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_ptr_equal(gst_pair_matrix_worst(&matrix), pairs.rows[1]); /* 75 % of what it could */
    assert_true(gst_pair_matrix_median(&matrix) == 90);
    assert_int_equal(gst_pair_matrix_missing(&matrix), 3); /* 1->2, 2->0, 2->1 */
    /* What is wrong is worse than what is slow, and a fault is worse than what cannot be true. */
    add(&pairs, &rate, 1, 2, 500, GST_ERROR)->bar.ceiling = 100;
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_ptr_equal(gst_pair_matrix_worst(&matrix), pairs.rows[3]);
    add(&pairs, &rate, 2, 1, 80, GST_FAIL)->bar.ceiling = 100;
    add(&pairs, &rate, 2, 0, NAN, GST_ERROR);
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_ptr_equal(gst_pair_matrix_worst(&matrix), pairs.rows[4]);
    assert_true(gst_pair_matrix_median(&matrix) == 90); /* of 30 80 90 95 500 */
    assert_int_equal(gst_pair_matrix_count(&matrix, GST_ERROR), 2);
    assert_int_equal(gst_pair_matrix_missing(&matrix), 0);
}

static void test_pair_matrix__the_worst_latency_is_the_longest(void **state)
{
    struct pairs pairs = { .count = 0 };
    struct gst_pair_matrix matrix;

    (void)state;
    for (int to = 1; to < 4; to++)
        add(&pairs, &latency, 0, to, to == 2 ? 3e-6 : 1e-6, GST_NOT_JUDGED);
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_ptr_equal(gst_pair_matrix_worst(&matrix), pairs.rows[1]);
    for (size_t i = 0; i < pairs.count; i++) {
        pairs.metrics[i].bar.lower_is_better = true;
        pairs.metrics[i].bar.ceiling = 1e-7;
    }
    assert_ptr_equal(gst_pair_matrix_worst(&matrix), pairs.rows[1]);
}

static void test_pair_matrix__shared_floors_and_ceilings(void **state)
{
    struct pairs pairs = { .count = 0 };
    struct gst_pair_matrix matrix;

    (void)state;
    for (int to = 1; to < 4; to++)
        add(&pairs, &rate, 0, to, 1, GST_NOT_JUDGED);
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_true(gst_pair_matrix_shares_floor(&matrix));
    assert_true(gst_pair_matrix_shares_ceiling(&matrix));
    pairs.metrics[2].bar.floor = 1;
    assert_false(gst_pair_matrix_shares_floor(&matrix));
    assert_true(gst_pair_matrix_shares_ceiling(&matrix));
    pairs.metrics[0].bar.floor = pairs.metrics[1].bar.floor = 1;
    assert_true(gst_pair_matrix_shares_floor(&matrix));
    strcpy(pairs.metrics[1].bar.floor_from, "site file");
    assert_false(gst_pair_matrix_shares_floor(&matrix));
    pairs.metrics[1].bar.ceiling = 2;
    assert_false(gst_pair_matrix_shares_ceiling(&matrix));
    pairs.metrics[0].bar.ceiling = pairs.metrics[2].bar.ceiling = 2;
    assert_true(gst_pair_matrix_shares_ceiling(&matrix));
    strcpy(pairs.metrics[0].bar.ceiling_from, "a link");
    assert_false(gst_pair_matrix_shares_ceiling(&matrix));
}

/* Both directions at once: of three GPUs there are three numbers, and none is missing. */
static void test_pair_matrix__without_directions(void **state)
{
    struct pairs pairs = { .count = 0 };
    struct gst_pair_matrix matrix;
    char text[24];

    (void)state;
    add(&pairs, &rate, 0, 1, 700e9, GST_PASS);
    add(&pairs, &rate, 0, 2, 701e9, GST_PASS);
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_false(matrix.has_no_direction);
    assert_string_equal(gst_pair_matrix_cell(&matrix, 1, 0, text), "N/A");
    add(&pairs, &rate, 2, 1, 702e9, GST_PASS);
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_true(matrix.has_no_direction);
    assert_int_equal(gst_pair_matrix_missing(&matrix), 0);
    assert_string_equal(gst_pair_matrix_cell(&matrix, 0, 1, text), "700");
    assert_string_equal(gst_pair_matrix_cell(&matrix, 1, 0, text), "");
    assert_string_equal(gst_pair_matrix_cell(&matrix, 1, 1, text), "-");
    add(&pairs, &rate, 1, 2, 703e9, GST_PASS);
    gst_pair_matrix_fill(&matrix, pairs.rows, pairs.count);
    assert_false(matrix.has_no_direction);
    assert_int_equal(gst_pair_matrix_missing(&matrix), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pair_matrix__what_is_one),
        cmocka_unit_test(test_pair_matrix__one_unit_and_as_many_decimals),
        cmocka_unit_test(test_pair_matrix__worst_median_and_missing),
        cmocka_unit_test(test_pair_matrix__the_worst_latency_is_the_longest),
        cmocka_unit_test(test_pair_matrix__shared_floors_and_ceilings),
        cmocka_unit_test(test_pair_matrix__without_directions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
