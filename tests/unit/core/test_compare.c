/* SPDX-License-Identifier: Apache-2.0 */
/* Two reports side by side, written by the writer that users have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/compare.h"
#include "core/json.h"
#include "sample_report.h"

struct pair {
    char a[32], b[32];
};

static void write_report(struct gst_report *report, char *path)
{
    FILE *file = fdopen(mkstemp(path), "w");

    gst_report_conclude(report);
    assert_true(gst_json_write(report, file));
    fclose(file);
    gst_report_unmap(report);
}

static char *differences(const struct pair *pair, bool *same)
{
    char *text = NULL, error[200] = "";
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_true(gst_compare(pair->a, pair->b, out, same, error, sizeof error));
    fclose(out);
    unlink(pair->a);
    unlink(pair->b);
    return text;
}

static void test_compare__equal_reports(void **state)
{
    struct pair pair = { "/tmp/gst-a-XXXXXX", "/tmp/gst-b-XXXXXX" };
    bool same = false;
    char *text;

    (void)state;
    write_report(sample_report(), pair.a);
    write_report(sample_report(), pair.b);
    text = differences(&pair, &same);
    assert_true(same);
    assert_null(strstr(text, "finding"));
    assert_null(strstr(text, "fact"));
    assert_non_null(
        strstr(text, "vector-add.bandwidth driver gpu 1: 500 GB/s -> 500 GB/s  x1.000\n"));
    free(text);
}

static void test_compare__differences(void **state)
{
    struct pair pair = { "/tmp/gst-a-XXXXXX", "/tmp/gst-b-XXXXXX" };
    struct gst_report *changed = sample_report();
    bool same = true;
    char *text;

    (void)state;
    write_report(sample_report(), pair.a);
    strcpy(changed->facts[0].text, "NVIDIA H200");
    changed->metrics[0].value = 1.34e12; /* half of 2.68e12 */
    gst_report_check(changed, GST_HARDWARE_ECC, 0, false, "3 errors");
    write_report(changed, pair.b);
    text = differences(&pair, &same);
    assert_false(same);
    assert_non_null(strstr(text, "verdict  FAIL -> FAIL\n"));
    assert_non_null(strstr(
        text, "finding  only in the second: hardware.ecc-uncorrectable on gpu 0: 3 errors\n"));
    assert_non_null(strstr(
        text, "fact     gpu 0 name (driver): \"NVIDIA H100 80GB HBM3\" -> \"NVIDIA H200\"\n"));
    assert_non_null(strstr(text, "2.68 TB/s -> 1.34 TB/s  x0.500\n"));
    free(text);
}

static void test_compare__refuses_what_is_no_report(void **state)
{
    static const char *const texts[] = { "", "{}", "[1]", "{\"schema_version\": 2}",
                                         "{\"schema_version\": \"1\"}" };
    char error[200];
    bool same;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char path[] = "/tmp/gst-c-XXXXXX";
        FILE *file = fdopen(mkstemp(path), "w");

        fputs(texts[i], file);
        fclose(file);
        assert_false(gst_compare(path, path, stdout, &same, error, sizeof error));
        assert_non_null(strstr(error, path));
        unlink(path);
    }
    assert_false(gst_compare("/no/such", "/no/such", stdout, &same, error, sizeof error));
}

static void test_compare__odd_types_do_no_harm(void **state)
{
    static const char odd[] =
        "{\"schema_version\": 1, \"verdict\": 3, \"checks\": {}, \"gpus\": 7, "
        "\"facts\": {\"a\": 1}, \"metrics\": [null, {\"value\": \"x\"}]}";
    struct pair pair = { "/tmp/gst-a-XXXXXX", "/tmp/gst-b-XXXXXX" };
    bool same;

    (void)state;
    write_report(sample_report(), pair.a);
    {
        FILE *file = fdopen(mkstemp(pair.b), "w");

        fputs(odd, file);
        fclose(file);
    }
    free(differences(&pair, &same));
    assert_false(same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare__equal_reports),
        cmocka_unit_test(test_compare__differences),
        cmocka_unit_test(test_compare__refuses_what_is_no_report),
        cmocka_unit_test(test_compare__odd_types_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
