/* SPDX-License-Identifier: Apache-2.0 */
/* What other programs read. With an argument it prints the sample, for check_outputs.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/junit.h"
#include "sample_report.h"

static char *written(const struct gst_report *report)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_true(gst_junit_write(report, out));
    fclose(out);
    return text;
}

static void test_junit__sample(void **state)
{
    struct gst_report *report = sample_report();
    char *text;

    (void)state;
    gst_report_conclude(report);
    text = written(report);
    assert_non_null(strstr(text, "tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
    assert_non_null(strstr(text, "hostname=\"node7\""));
    assert_non_null(
        strstr(text, "<testcase classname=\"gpu-selftest\" name=\"vector-add\" time=\"1.300\">"));
    assert_non_null(
        strstr(text, "<failure type=\"hardware.wrong-result\" message=\"element 12345 is 7.5, "
                     "expected 3.5\">"));
    assert_non_null(strstr(text,
                           "\nremedy: drain this GPU and run gpu-selftest --level full on it; "
                           "replace it if it fails again</failure>"));
    assert_non_null(strstr(text, "<skipped message=\"needs 3 GPUs, found 2\"/>"));
    free(text);
    gst_report_unmap(report);
}

static void test_junit__hostile_text_is_escaped(void **state)
{
    struct gst_report *report = gst_report_map();
    char *text;

    (void)state;
    gst_report_check(report, GST_HARDWARE_ECC, 0, false, "%s", SAMPLE_HOSTILE);
    gst_report_conclude(report);
    text = written(report);
    assert_non_null(strstr(text, "message=\"say &quot;hi&quot; &lt;&amp;&gt; \\ "
                                 "\xEF\xBF\xBD?[31m next\""));
    free(text);
    gst_report_unmap(report);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_junit__sample),
        cmocka_unit_test(test_junit__hostile_text_is_escaped),

    };

    (void)argv;
    if (argc > 1) {
        struct gst_report *report = sample_report();

        gst_report_conclude(report);
        return !gst_junit_write(report, stdout);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
