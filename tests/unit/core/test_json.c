/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON report, read back. With an argument it prints the sample, for check_outputs.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "sample_report.h"

static char *written(const struct gst_report *report)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_true(gst_json_write(report, out));
    fclose(out);
    assert_int_equal(text[size - 1], '\n');
    return text;
}

static json_t *sample(void)
{
    struct gst_report *report = sample_report();
    char *text;
    json_t *root;

    gst_report_conclude(report);
    text = written(report);
    root = json_loads(text, 0, NULL);
    assert_non_null(root);
    free(text);
    gst_report_unmap(report);
    return root;
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void test_json__run(void **state)
{
    json_t *root = sample(), *headline = json_object_get(root, "headline");

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(root, "schema_version")), 1);
    assert_string_equal(text_at(root, "verdict"), "FAIL");
    assert_int_equal(json_integer_value(json_object_get(root, "exit_code")), 1);
    assert_true(json_is_true(json_object_get(root, "simulated")));
    assert_true(json_number_value(json_object_get(root, "duration_s")) == 2.5);
    assert_true(json_is_null(json_object_get(root, "interrupted")));
    assert_string_equal(text_at(headline, "id"), "hardware.wrong-result");
    assert_int_equal(json_integer_value(json_object_get(headline, "gpu")), 1);
    json_decref(root);
}

static void test_json__facts_are_grouped_by_key(void **state)
{
    json_t *root = sample();
    json_t *facts = json_object_get(json_array_get(json_object_get(root, "gpus"), 1), "facts");
    json_t *memory = json_object_get(facts, "memory_total_bytes");

    (void)state;
    assert_int_equal(json_array_size(json_object_get(root, "gpus")), 2);
    assert_int_equal(json_integer_value(json_object_get(memory, "driver")), 85899345920);
    assert_int_equal(json_integer_value(json_object_get(memory, "nvml")), 85899345920);
    assert_string_equal(text_at(json_object_get(facts, "name"), "driver"), "NVIDIA H100 80GB HBM3");
    assert_string_equal(
        text_at(json_object_get(json_object_get(root, "facts"), "driver_version"), "proc"),
        "580.95.05");
    json_decref(root);
}

static void test_json__metrics(void **state)
{
    json_t *root = sample(), *metrics = json_object_get(root, "metrics");
    json_t *slow = json_array_get(metrics, 1), *none = json_array_get(metrics, 3);

    (void)state;
    assert_int_equal(json_array_size(metrics), 4);
    assert_string_equal(text_at(slow, "unit"), "bytes_per_s");
    assert_true(json_number_value(json_object_get(slow, "value")) == 5e11);
    assert_int_equal(json_array_size(json_object_get(slow, "samples")), 3);
    assert_string_equal(text_at(slow, "verdict"), "FAIL");
    assert_string_equal(text_at(json_array_get(metrics, 2), "verdict"), "not judged");
    assert_true(json_is_null(json_object_get(json_array_get(metrics, 2), "floor")));
    assert_true(json_is_null(json_object_get(none, "value")));
    json_decref(root);
}

static void test_json__hostile_text_is_repaired(void **state)
{
    json_t *root = sample();
    const json_t *check = json_array_get(json_object_get(root, "checks"), 2);

    (void)state;
    assert_string_equal(text_at(check, "id"), "suite.library-output");
    assert_string_equal(text_at(check, "observed"), "say \"hi\" <&> \\ \xEF\xBF\xBD\x1B[31m\nnext");
    json_decref(root);
}

static void test_json__numbers_are_short(void **state)
{
    struct gst_report *report = sample_report();
    char *text = written(report);

    (void)state;
    assert_non_null(strstr(text, "\"value\": 4.2e-6"));
    assert_non_null(strstr(text, "\"driver\": 85899345920"));
    assert_null(strstr(text, "nan"));
    free(text);
    gst_report_unmap(report);
}

static void test_json__places_do_not_tell_where_it_was_built(void **state)
{
    struct gst_report *report = sample_report();
    struct gst_status st = GST_STATUS_INIT;
    char *text;

    (void)state;
    gst_status_fail(&st, GST_SUITE_CRASHED, "/build/of/somebody/host/gpu/x.c:12", "x");
    gst_report_status(report, &st);
    text = written(report);
    assert_non_null(strstr(text, "\"where\": \"host/gpu/x.c:12\""));
    free(text);
    gst_report_unmap(report);
}

static void test_json__a_full_disk_is_noticed(void **state)
{
    struct gst_report *report = sample_report();
    FILE *out = fopen("/dev/full", "w");

    (void)state;
    if (out == NULL)
        skip();
    assert_false(gst_json_write(report, out));
    fclose(out);
    gst_report_unmap(report);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__run),
        cmocka_unit_test(test_json__facts_are_grouped_by_key),
        cmocka_unit_test(test_json__metrics),
        cmocka_unit_test(test_json__hostile_text_is_repaired),
        cmocka_unit_test(test_json__numbers_are_short),
        cmocka_unit_test(test_json__places_do_not_tell_where_it_was_built),
        cmocka_unit_test(test_json__a_full_disk_is_noticed),
    };

    (void)argv;
    if (argc > 1) {
        struct gst_report *report = sample_report();

        gst_report_conclude(report);
        return !gst_json_write(report, stdout);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
