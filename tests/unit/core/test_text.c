/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people. The sample's page is written out here as it was designed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "sample_report.h"

static char *written(const struct gst_report *report, bool has_colour)
{
    struct gst_text_style style = { has_colour };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_true(gst_text_write(report, out, style));
    fclose(out);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, text);
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;

    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        count++;
    }
    return count;
}

static void test_text__sample(void **state)
{
    struct gst_report *report = sample_report();
    char *text;

    (void)state;
    gst_report_conclude(report);
    text = written(report, false);
    assert_memory_equal(text,
                        "FAIL  node7  2x NVIDIA H100 80GB HBM3  SIMULATED h100x2  "
                        "hardware.wrong-result on gpu 1",
                        82);
    assert_has(text, "speed judged 3 of 4\n      next (hardware): drain this GPU and run");
    assert_has(text, "\nPASS   device-query  2 GPUs, 3 sources agree on 212 facts");
    assert_has(text, "\nFAIL   vector-add    gpu 1: element 12345 is 7.5, expected 3.5");
    assert_has(text, "    1.3 s\n         remedy  drain");
    assert_has(text, "         id      hardware.wrong-result  (hardware, gpu 1; explain: "
                     "gpu-selftest explain hardware.wrong-result)\n");
    assert_has(text, "\nvector-add.bandwidth driver       0     2.68 TB/s  80 % of 3.35 TB/s "
                     "(memory clock)");
    assert_has(text, "  FAIL  floor 2 TB/s from HBM class\n");
    assert_has(text, "  not judged\n");
    assert_has(text, "\nnote   suite.library-output: say \"hi\" <&> \\ \xEF\xBF\xBD?[31m next\n");
    assert_null(strchr(text, '\x1B'));
    free(text);
    gst_report_unmap(report);
}

static void test_text__last_line_is_countable(void **state)
{
    struct gst_report *report = sample_report();
    char *text;

    (void)state;
    gst_report_conclude(report);
    text = written(report, false);
    assert_has(text, "\nSKIP   launch        needs 3 GPUs, found 2\n");
    assert_has(text, "\n1 passed, 1 failed, 1 skipped, 0 could not tell   exit 1\n");
    free(text);
    gst_report_unmap(report);
}

static void test_text__colour_is_only_on_words(void **state)
{
    struct gst_report *report = sample_report();
    char *plain, *coloured, *to;

    (void)state;
    gst_report_conclude(report);
    plain = written(report, false);
    coloured = written(report, true);
    assert_has(coloured, "\033[31mFAIL\033[0m");
    to = coloured;
    for (const char *at = coloured; *at != '\0'; at++) {
        if (*at == '\033')
            at = strchr(at, 'm');
        else
            *to++ = *at;
    }
    *to = '\0';
    assert_string_equal(plain, coloured);
    free(plain);
    free(coloured);
    gst_report_unmap(report);
}

static void test_text__one_finding_on_many_gpus_is_told_once(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    report->gpus_total = report->gpus_tested = 8;
    report->progress.item = gst_report_item(report, "vector-add");
    report->items[0].state = GST_ITEM_DONE;
    gst_report_check(report, GST_HARDWARE_ECC, 6, false, "3 errors");
    gst_report_check(report, GST_HARDWARE_ECC, 2, false, "4 errors");
    gst_report_check(report, GST_HARDWARE_ECC, 2, false, "5 errors");
    gst_report_conclude(report);
    text = written(report, false);
    assert_int_equal(occurrences(text, "         remedy  "), 1);
    assert_has(text, "hardware.ecc-uncorrectable on gpu 2, 6\n");
    assert_has(text, "(hardware, gpu 2, 6; explain:");
    free(text);
    gst_report_unmap(report);
}

/* An image has no GPUs; each place is a line, and what neighbours share is told behind them. */
static void test_text__places_in_an_image(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    strcpy(report->host, "node7");
    strcpy(report->subject, "app:1");
    strcpy(report->told, "20 driver files are in layer 2");
    report->progress.item = gst_report_item(report, "libraries");
    report->items[0].state = GST_ITEM_DONE;
    for (int i = 0; i < 20; i++)
        gst_report_check(report, GST_IMAGE_DRIVER_FILES, GST_NO_GPU, false, "'/lib%d'; a %s", i,
                         i < 2 ? "copy" : "library");
    gst_report_conclude(report);
    text = written(report, false);
    assert_has(text, "FAIL  app:1: 20 driver files are in layer 2  image.driver-files-baked-in\n");
    assert_has(text, "FAIL   libraries     image.driver-files-baked-in\n"
                     "         cause   '/lib0'\n"
                     "                 '/lib1'\n"
                     "                   a copy\n"
                     "                 '/lib2'\n");
    assert_has(text, "                 '/lib15'\n"
                     "                   a library\n"
                     "                 and 4 more: --json <file> has them all\n"
                     "         remedy  ");
    assert_int_equal(occurrences(text, "a library"), 1);
    assert_int_equal(occurrences(text, "node7"), 0);
    free(text);
    gst_report_unmap(report);
}

static void test_text__no_gpu(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    gst_report_check(report, GST_HOST_NO_GPU, GST_NO_GPU, false, "no device on the PCI bus");
    gst_report_conclude(report);
    text = written(report, false);
    assert_has(text, "FAIL  no GPU  host.no-gpu\n      next (host): run it on a machine");
    assert_has(text, "--simulate");
    assert_has(text, "exit 1\n");
    free(text);
    gst_report_unmap(report);
}

static void test_text__mixed_gpus_interruption_and_part_of_them(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    report->gpus_total = 3;
    report->gpus_tested = 1;
    strcpy(report->interrupted, "SIGTERM");
    gst_report_fact_text(report, 0, "driver", "name", "A");
    gst_report_fact_text(report, 1, "driver", "name", "B");
    gst_report_fact_text(report, 2, "driver", "name", "A");
    gst_report_conclude(report);
    text = written(report, false);
    assert_has(text, "ERROR  2x A, 1x B (tested 1 of 3)  INTERRUPTED by SIGTERM");
    free(text);
    gst_report_unmap(report);
}

static void test_text__long_groups_are_summed_up(void **state)
{
    static const struct gst_metric_def rate = { "copy.rate", "x", GST_UNIT_BYTES_PER_S, false };
    struct gst_bar bar = { .floor = 5.5e9, .ceiling = 1e12 };
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    /* 1 to 21 GB/s, shuffled by a stride prime to 21: five lie below the floor. */
    for (int i = 0; i < 21; i++) {
        double value = (double)(i * 5 % 21 + 1) * 1e9;

        gst_report_metric(report, &rate, i, GST_NO_GPU, NULL, &value, 1, &bar);
    }
    gst_report_conclude(report);
    text = written(report, false);
    assert_has(text, "copy.rate     min        1 GB/s");
    assert_has(text, "copy.rate  median       11 GB/s");
    assert_has(text, "copy.rate     max       21 GB/s");
    assert_int_equal(occurrences(text, "\ncopy.rate"), 3 + 5);
    free(text);
    gst_report_unmap(report);
}

/* So many GPUs, the last of them faster by the given factor. */
static char *alike(int gpus, double factor, bool is_bar_other)
{
    static const struct gst_metric_def rate = { .name = "copy.rate",
                                                .title = "x",
                                                .unit = GST_UNIT_BYTES_PER_S };
    struct gst_report *report = gst_report_map();
    char *text;

    for (int i = 0; i < gpus; i++) {
        struct gst_bar bar = { .floor = 4e10, .ceiling = 1e11, .ceiling_from = "a link" };
        double value = i == gpus - 1 ? 5e10 * factor : 5e10;

        if (i == 0 && is_bar_other)
            strcpy(bar.ceiling_from, "another link");
        gst_report_metric(report, &rate, i, GST_NO_GPU, NULL, &value, 1, &bar);
    }
    gst_report_conclude(report);
    text = written(report, false);
    gst_report_unmap(report);
    return text;
}

static void test_text__gpus_that_are_alike_are_one_row(void **state)
{
    static const struct {
        int gpus;
        double factor;
        bool is_bar_other;
        size_t rows;
    } rows[] = {
        { 8, 1, false, 1 }, { 8, 1.009, false, 1 },   { 8, 1.011, false, 3 },
        { 8, 1, true, 3 },  { 8, 0.7, false, 3 + 1 }, /* below the floor: told by itself, too */
        { 3, 1, false, 1 }, { 4, 1.011, false, 4 },   { 4, 0.7, false, 4 },
        { 2, 1, false, 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = alike(rows[i].gpus, rows[i].factor, rows[i].is_bar_other), line[96];

        snprintf(line, sizeof line, "copy.rate   all %d       50 GB/s  50 %% of 100 GB/s",
                 rows[i].gpus);
        assert_int_equal(occurrences(text, "\ncopy.rate"), rows[i].rows);
        assert_int_equal(occurrences(text, line), rows[i].rows == 1);
        free(text);
    }
}

static void test_text__strict_says_why_it_is_no_pass(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    report->is_strict = true;
    report->gpus_total = 2;
    report->gpus_tested = 1;
    report->items[gst_report_item(report, "launch")].state = GST_ITEM_DONE;
    report->items[0].verdict = GST_PASS;
    gst_report_conclude(report);
    text = written(report, false);
    assert_has(text, "\nnote   strict: not everything was judged and tested\n");
    assert_has(text, "exit 3\n");
    free(text);
    gst_report_unmap(report);
}

static void test_text__explain(void **state)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    gst_text_explain(GST_RUNTIME_DEVICE_NODES, out);
    fclose(out);
    assert_has(text, "runtime.device-nodes-missing\n");
    assert_has(text, "  layer     runtime\n");
    assert_has(text, "  action    fix flags\n");
    assert_has(text, "  moot if   host.no-gpu\n");
    free(text);
}

static void test_text__a_file_has_no_colour(void **state)
{
    FILE *out = tmpfile();

    (void)state;
    assert_false(gst_text_style_for(out).has_colour);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__sample),
        cmocka_unit_test(test_text__last_line_is_countable),
        cmocka_unit_test(test_text__colour_is_only_on_words),
        cmocka_unit_test(test_text__one_finding_on_many_gpus_is_told_once),
        cmocka_unit_test(test_text__places_in_an_image),
        cmocka_unit_test(test_text__no_gpu),
        cmocka_unit_test(test_text__mixed_gpus_interruption_and_part_of_them),
        cmocka_unit_test(test_text__long_groups_are_summed_up),
        cmocka_unit_test(test_text__gpus_that_are_alike_are_one_row),
        cmocka_unit_test(test_text__strict_says_why_it_is_no_pass),
        cmocka_unit_test(test_text__explain),
        cmocka_unit_test(test_text__a_file_has_no_colour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
