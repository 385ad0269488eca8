/* SPDX-License-Identifier: Apache-2.0 */
/* What other programs read. With an argument it prints the sample, for check_outputs.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/prometheus.h"
#include "sample_report.h"

static char *written(const struct gst_report *report)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_true(gst_prometheus_write(report, out));
    fclose(out);
    return text;
}

static void test_prometheus__sample(void **state)
{
    struct gst_report *report = sample_report();
    char *text;

    (void)state;
    gst_report_conclude(report);
    text = written(report);
    assert_non_null(strstr(text, "gpu_selftest_verdict{verdict=\"FAIL\",simulated=\"true\"} 1\n"));
    assert_non_null(strstr(text, "gpu_selftest_verdict{verdict=\"PASS\",simulated=\"true\"} 0\n"));
    assert_non_null(strstr(
        text,
        "gpu_selftest_finding{id=\"hardware.wrong-result\",layer=\"hardware\",gpu=\"1\"} 1\n"));
    assert_non_null(strstr(
        text, "gpu_selftest_metric_bytes_per_second{metric=\"vector-add.bandwidth\",workload=\""
              "vector-add\",gpu=\"1\",peer=\"\",variant=\"driver\"} 500000000000\n"));
    assert_non_null(strstr(text, "# TYPE gpu_selftest_metric_seconds gauge\n"));
    assert_non_null(strstr(text, "gpu_selftest_duration_seconds 2.5\n"));
    assert_null(strstr(text, "nan"));
    free(text);
    gst_report_unmap(report);
}

static void test_prometheus__labels_are_escaped(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    strcpy(report->host, "a\"b\\c\nd\xFF");
    gst_report_conclude(report);
    text = written(report);
    assert_non_null(strstr(text, "host=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\""));
    free(text);
    gst_report_unmap(report);
}

static void test_prometheus__a_series_appears_once(void **state)
{
    struct gst_report *report = gst_report_map();
    size_t lines = 0;
    char *text, *rest;

    (void)state;
    gst_report_check(report, GST_HARDWARE_ECC, 0, false, "one");
    gst_report_check(report, GST_HARDWARE_ECC, 0, false, "two");
    gst_report_conclude(report);
    text = written(report);
    rest = text;
    while (rest != NULL) {
        char *line = strsep(&rest, "\n");

        lines += strncmp(line, "gpu_selftest_finding{", 21) == 0;
    }
    assert_int_equal(lines, 1);
    free(text);
    gst_report_unmap(report);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prometheus__sample),
        cmocka_unit_test(test_prometheus__labels_are_escaped),
        cmocka_unit_test(test_prometheus__a_series_appears_once),
    };

    (void)argv;
    if (argc > 1) {
        struct gst_report *report = sample_report();

        gst_report_conclude(report);
        return !gst_prometheus_write(report, stdout);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
