/* SPDX-License-Identifier: Apache-2.0 */
/* The page of facts: what is shared stands once, what differs is spelled out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/text_facts.h"

static char *page(const struct gst_report *report)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    gst_text_facts(report, out);
    fclose(out);
    return text;
}

/* One line with its runs of blanks folded, so that the test says what and not where. */
static bool has_line(const char *text, const char *expected)
{
    char *copy = strdup(text);
    char *rest = copy;
    bool is_found = false;

    for (char *line; !is_found && (line = strsep(&rest, "\n")) != NULL;) {
        char folded[512] = "";
        char *words = line;

        for (char *word; (word = strsep(&words, " ")) != NULL;) {
            if (*word == '\0')
                continue;
            strcat(folded, folded[0] != '\0' ? " " : "");
            strcat(folded, word);
        }
        is_found = strcmp(folded, expected) == 0;
    }
    free(copy);
    return is_found;
}

static struct gst_report *report_of_two(void)
{
    struct gst_report *report = gst_report_map();

    assert_non_null(report);
    gst_report_fact_text(report, GST_NO_GPU, "nvml", "driver_version", "580.95.05");
    for (int gpu = 0; gpu < 2; gpu++) {
        gst_report_fact_text(report, gpu, "driver", "uuid", "GPU-%d", gpu);
        gst_report_fact_number(report, gpu, "driver", "l2_cache", GST_UNIT_BYTES, 52428800);
        gst_report_fact_number(report, gpu, "runtime", "l2_cache", GST_UNIT_BYTES, 52428800);
        gst_report_fact_number(report, gpu, "driver", "ecc_enabled", GST_UNIT_NONE, 1);
    }
    gst_report_fact_text(report, 0, "nvml", "uuid", "GPU-0");
    gst_report_fact_number(report, 1, "nvml", "ecc_enabled", GST_UNIT_NONE, 0);
    return report;
}

static void test_text_facts__shared_once_with_all_sources(void **state)
{
    struct gst_report *report = report_of_two();
    char *text = page(report);

    (void)state;
    assert_true(has_line(text, "driver version 580.95.05 nvml"));
    assert_true(has_line(text, "l2 cache 50 MiB driver, runtime"));
    free(text);
    gst_report_unmap(report);
}

static void test_text_facts__each_gpu_where_they_differ(void **state)
{
    struct gst_report *report = report_of_two();
    char *text = page(report);

    (void)state;
    assert_true(has_line(text, "uuid gpu 0 GPU-0 driver, nvml"));
    assert_true(has_line(text, "uuid gpu 1 GPU-1 driver"));
    free(text);
    gst_report_unmap(report);
}

static void test_text_facts__each_source_where_they_differ(void **state)
{
    struct gst_report *report = report_of_two();
    char *text = page(report);

    (void)state;
    assert_true(has_line(text, "ecc enabled gpu 0 1 driver"));
    assert_true(has_line(text, "ecc enabled gpu 1 1 driver, nvml: 0"));
    free(text);
    gst_report_unmap(report);
}

static void test_text_facts__nothing_known_nothing_written(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text = page(report);

    (void)state;
    assert_string_equal(text, "");
    free(text);
    gst_report_unmap(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_facts__shared_once_with_all_sources),
        cmocka_unit_test(test_text_facts__each_gpu_where_they_differ),
        cmocka_unit_test(test_text_facts__each_source_where_they_differ),
        cmocka_unit_test(test_text_facts__nothing_known_nothing_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
