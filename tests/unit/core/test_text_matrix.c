/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of pairs on the page for people: what is a matrix, what one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text_matrix.h"

static const struct gst_metric_def write_def = { .name = "peer.write",
                                                 .title = "memory of a peer, written",
                                                 .unit = GST_UNIT_BYTES_PER_S };
static const struct gst_metric_def latency_def = { .name = "peer.latency",
                                                   .title = "one word of a peer, read",
                                                   .unit = GST_UNIT_SECONDS };

static const struct gst_bar nvlink = {
    .floor = 360e9, .ceiling = 450e9, .floor_from = "NVLink 4.0 class", .ceiling_from = "18 NVLinks"
};

static struct gst_report *begin(void)
{
    struct gst_report *report = gst_report_map();

    report->progress.item = gst_report_item(report, "peer");
    return report;
}

static void add(struct gst_report *report, const struct gst_metric_def *def, int from, int to,
                const char *variant, double value, const struct gst_bar *bar)
{
    gst_report_metric(report, def, from, to, variant, &value, 1, bar);
}

/* All pairs of `gpus` GPUs with 388 GB/s, but `bad` with 98.1 GB/s to and from it (-1: none). */
static void add_all(struct gst_report *report, int gpus, int bad, const char *variant)
{
    for (int from = 0; from < gpus; from++) {
        for (int to = 0; to < gpus; to++) {
            if (from != to)
                add(report, &write_def, from, to, variant,
                    from == bad || to == bad ? 98.1e9 : 388e9, &nvlink);
        }
    }
}

/* Not inlined: gcc 12 takes what strstr() finds for something inside of this function. */
__attribute__((noinline)) static char *written(struct gst_report *report, bool has_colour)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    gst_text_matrices(report, out, (struct gst_text_style){ .has_colour = has_colour });
    fclose(out);
    gst_report_unmap(report);
    return text;
}

/* The longest line up to `end`, or of all. */
static size_t widest(const char *text, const char *end)
{
    size_t most = 0;

    while (*text != '\0' && (end == NULL || text < end)) {
        const size_t length = strcspn(text, "\n");

        most = length > most ? length : most;
        text += length + (text[length] == '\n');
    }
    return most;
}

static void test_text_matrix__one_slow_gpu_of_three(void **state)
{
    struct gst_report *report = begin();
    char *text;

    (void)state;
    add_all(report, 3, 1, "copy-engine");
    text = written(report, false);
    assert_string_equal(text,
                        "\n"
                        "peer.write copy-engine: memory of a peer, written\n"
                        "  GB/s, from row to column; at most 450 GB/s (18 NVLinks); floor 360 GB/s "
                        "(NVLink 4.0 class)\n"
                        "   gpu     0      1      2\n"
                        "     0     -   98.1* 388.0\n"
                        "     1  98.1*     -   98.1*\n"
                        "     2 388.0   98.1*     -\n"
                        "  6 pairs, median 98.1 GB/s  FAIL 4  PASS 2\n"
                        "  worst 0->1 98.1 GB/s, 21.8 % of 450 GB/s (18 NVLinks), floor 360 GB/s "
                        "(NVLink 4.0 class)\n"
                        "  * FAIL, worse than its floor\n");
    free(text);
}

static void test_text_matrix__colour_is_on_marks_and_words_alone(void **state)
{
    struct gst_report *report = begin();
    char *text;

    (void)state;
    add_all(report, 3, 1, NULL);
    text = written(report, true);
    assert_non_null(strstr(text, "     0     -   98.1\033[31m*\033[0m 388.0\n"));
    assert_non_null(strstr(text, "  \033[31mFAIL\033[0m 4  \033[32mPASS\033[0m 2\n"));
    free(text);
}

/* What nothing is known to be wrong with needs one matrix, not eight. */
static void test_text_matrix__further_even_groups_are_a_line_each(void **state)
{
    struct gst_report *report = begin();
    char *text, *lines;

    (void)state;
    add_all(report, 8, -1, "copy-engine");
    add_all(report, 8, -1, "kernel");
    add_all(report, 8, -1, "other");
    text = written(report, false);
    lines = strstr(text, "\n\npeer.write kernel: ");
    assert_non_null(lines);
    assert_string_equal(lines, "\n\npeer.write kernel: 56 pairs, median 388 GB/s, worst 0->1 388 "
                               "GB/s, 86.2 % of 450 GB/s (18 NVLinks)  PASS\n"
                               "peer.write other: 56 pairs, median 388 GB/s, worst 0->1 388 GB/s, "
                               "86.2 % of 450 GB/s (18 NVLinks)  PASS\n");
    assert_true(widest(text, NULL) <= 132);
    assert_true(widest(text, lines) <= 100);
    free(text);
}

static size_t matrices_in(const char *text)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, "\n   gpu ")) != NULL; at++)
        count++;
    return count;
}

static void test_text_matrix__the_same_wrong_pairs_are_marked_once(void **state)
{
    struct gst_report *report = begin();
    char *text;

    (void)state;
    add_all(report, 4, -1, "a");
    add_all(report, 4, 2, "b");
    add_all(report, 4, 2, "c");
    add_all(report, 4, 1, "d");
    report->progress.item = gst_report_item(report, "another workload");
    add_all(report, 4, 2, "e");
    text = written(report, false);
    assert_int_equal(matrices_in(text), 4);
    assert_non_null(strstr(text, "\npeer.write c: 12 pairs, median "));
    assert_non_null(strstr(text, "  FAIL 6  PASS 6\n"));
    assert_non_null(strstr(text, "\npeer.write e: memory of a peer, written\n"));
    free(text);
}

static void test_text_matrix__what_cannot_be_told_and_what_is_missing(void **state)
{
    const struct gst_bar slowest = {
        .floor = 5e-6, .ceiling = 1e-7, .lower_is_better = true, .floor_from = "a table"
    };
    struct gst_report *report = begin();
    char *text;

    (void)state;
    add(report, &latency_def, 0, 1, NULL, 1.25e-6, &slowest);
    add(report, &latency_def, 1, 0, NULL, 1.5e-6, &slowest);
    add(report, &latency_def, 0, 4, NULL, 12e-6, &slowest);
    add(report, &latency_def, 4, 0, NULL, 1e-9, &slowest);
    gst_report_metric(report, &latency_def, 1, 4, NULL, NULL, 0, NULL);
    text = written(report, false);
    assert_string_equal(text, "\n"
                              "peer.latency: one word of a peer, read\n"
                              "  us, from row to column; what is possible differs; floors differ\n"
                              "   gpu     0      1      4\n"
                              "     0     -   1.25  12.00*\n"
                              "     1  1.50      -    N/A!\n"
                              "     4  0.00!   N/A      -\n"
                              "  5 pairs, median 1.25 us  FAIL 1  ERROR 2  PASS 2\n"
                              "  worst 0->4 12 us, at best 100 ns, floor 5 us (a table)\n"
                              "  * FAIL, worse than its floor; ! ERROR, cannot be true; N/A not "
                              "measured, 1 pair\n");
    free(text);
}

static void test_text_matrix__numbers_without_a_bar(void **state)
{
    struct gst_report *report = begin();
    char *text;

    (void)state;
    for (int to = 1; to < 6; to++)
        add(report, &write_def, 0, to, NULL, to * 11.5e9, NULL);
    text = written(report, false);
    assert_non_null(strstr(text, "\n  GB/s, from row to column\n"));
    assert_non_null(strstr(text, "\n     0    -  11.5 "));
    assert_non_null(strstr(text, "\n  5 pairs, median 34.5 GB/s  not judged\n"
                                 "  worst 0->1 11.5 GB/s\n"
                                 "  N/A not measured, 25 pairs\n"));
    free(text);
}

static void test_text_matrix__sixteen_gpus_fit_and_more_come_in_pieces(void **state)
{
    struct gst_report *report = begin();
    char *text;

    (void)state;
    add_all(report, 16, 3, NULL);
    text = written(report, false);
    assert_int_equal(matrices_in(text), 1);
    assert_true(widest(text, NULL) <= 132);
    free(text);
    report = begin();
    add_all(report, 20, 3, NULL);
    text = written(report, false);
    assert_int_equal(matrices_in(text), 2);
    assert_true(widest(text, NULL) <= 132);
    assert_non_null(strstr(text, "\n   gpu    16     17     18     19\n     0 388.0 "));
    free(text);
}

static void test_text_matrix__few_pairs_are_rows_of_the_table(void **state)
{
    struct gst_report *report = begin();
    char *text;

    (void)state;
    add_all(report, 2, 1, NULL);
    for (int gpu = 0; gpu < 8; gpu++)
        add(report, &latency_def, gpu, gpu, NULL, 1e-6, NULL);
    text = written(report, false);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_matrix__one_slow_gpu_of_three),
        cmocka_unit_test(test_text_matrix__colour_is_on_marks_and_words_alone),
        cmocka_unit_test(test_text_matrix__further_even_groups_are_a_line_each),
        cmocka_unit_test(test_text_matrix__the_same_wrong_pairs_are_marked_once),
        cmocka_unit_test(test_text_matrix__what_cannot_be_told_and_what_is_missing),
        cmocka_unit_test(test_text_matrix__numbers_without_a_bar),
        cmocka_unit_test(test_text_matrix__sixteen_gpus_fit_and_more_come_in_pieces),
        cmocka_unit_test(test_text_matrix__few_pairs_are_rows_of_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
