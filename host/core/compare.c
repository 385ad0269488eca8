/* SPDX-License-Identifier: Apache-2.0 */
/* What changed between two reports; see compare.h. */
#include "core/compare.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/units.h"
#include "core/utf8.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static int gpu_of(const json_t *object, const char *key)
{
    const json_t *gpu = json_object_get(object, key);

    return json_is_integer(gpu) ? (int)json_integer_value(gpu) : -1;
}

static json_t *load(const char *path, char *error, size_t size)
{
    json_error_t problem;
    json_t *root = json_load_file(path, 0, &problem);
    const json_t *version = json_object_get(root, "schema_version");

    if (root == NULL) {
        snprintf(error, size, "%s: line %d: %s", path, problem.line, problem.text);
        return NULL;
    }
    if (json_is_integer(version) && json_integer_value(version) == GST_REPORT_SCHEMA_VERSION)
        return root;
    snprintf(error, size, "%s: not a report of schema version %d", path, GST_REPORT_SCHEMA_VERSION);
    json_decref(root);
    return NULL;
}

static void write_clean(FILE *out, const char *text)
{
    char fit[1024];

    gst_utf8_printable(fit, sizeof fit, text);
    fputs(fit, out);
}

static bool is_finding(const json_t *check)
{
    const char *verdict = text_of(check, "verdict");

    return strcmp(verdict, "FAIL") == 0 || strcmp(verdict, "ERROR") == 0;
}

static bool has_finding(const json_t *report, const json_t *wanted)
{
    const json_t *check;
    size_t index;

    json_array_foreach(json_object_get(report, "checks"), index, check)
    {
        if (is_finding(check) && strcmp(text_of(check, "id"), text_of(wanted, "id")) == 0
            && gpu_of(check, "gpu") == gpu_of(wanted, "gpu"))
            return true;
    }
    return false;
}

/* Findings of `from` that `other` lacks. */
static bool list_findings(const json_t *from, const json_t *other, const char *label, FILE *out)
{
    const json_t *check;
    bool is_same = true;
    size_t index;

    json_array_foreach(json_object_get(from, "checks"), index, check)
    {
        if (!is_finding(check) || has_finding(other, check))
            continue;
        is_same = false;
        fprintf(out, "finding  only in %s: ", label);
        write_clean(out, text_of(check, "id"));
        if (gpu_of(check, "gpu") >= 0)
            fprintf(out, " on gpu %d", gpu_of(check, "gpu"));
        fputs(": ", out);
        write_clean(out, text_of(check, "observed"));
        fputc('\n', out);
    }
    return is_same;
}

static void write_value(FILE *out, const json_t *value)
{
    char *text =
        value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

    write_clean(out, text == NULL ? "nothing" : text);
    free(text);
}

static void write_fact(FILE *out, const char *owner, const char *key, const char *source,
                       const json_t *a, const json_t *b)
{
    fprintf(out, "fact     %s ", owner);
    write_clean(out, key);
    fputs(" (", out);
    write_clean(out, source);
    fputs("): ", out);
    write_value(out, a);
    fputs(" -> ", out);
    write_value(out, b);
    fputc('\n', out);
}

static void compare_facts(json_t *a, json_t *b, const char *owner, FILE *out)
{
    const char *key, *source;
    json_t *sources, *value;

    json_object_foreach(a, key, sources)
    {
        json_object_foreach(sources, source, value)
        {
            json_t *other = json_object_get(json_object_get(b, key), source);

            if (!json_equal(value, other))
                write_fact(out, owner, key, source, value, other);
        }
    }
    json_object_foreach(b, key, sources)
    {
        json_object_foreach(sources, source, value)
        {
            if (json_object_get(json_object_get(a, key), source) == NULL)
                write_fact(out, owner, key, source, NULL, value);
        }
    }
}

static void compare_gpus(const json_t *a, const json_t *b, FILE *out)
{
    const json_t *left = json_object_get(a, "gpus"), *right = json_object_get(b, "gpus");
    size_t left_count = json_array_size(left), right_count = json_array_size(right);
    char owner[32];

    compare_facts(json_object_get(a, "facts"), json_object_get(b, "facts"), "machine", out);
    if (left_count != right_count)
        fprintf(out, "gpus     %zu -> %zu\n", left_count, right_count);
    for (size_t i = 0; i < left_count && i < right_count; i++) {
        snprintf(owner, sizeof owner, "gpu %zu", i);
        compare_facts(json_object_get(json_array_get(left, i), "facts"),
                      json_object_get(json_array_get(right, i), "facts"), owner, out);
    }
}

static bool is_same_metric(const json_t *a, const json_t *b)
{
    return strcmp(text_of(a, "name"), text_of(b, "name")) == 0
           && strcmp(text_of(a, "variant"), text_of(b, "variant")) == 0
           && strcmp(text_of(a, "workload"), text_of(b, "workload")) == 0
           && gpu_of(a, "src_gpu") == gpu_of(b, "src_gpu")
           && gpu_of(a, "dst_gpu") == gpu_of(b, "dst_gpu");
}

static const json_t *find_metric(const json_t *report, const json_t *wanted)
{
    const json_t *metric;
    size_t index;

    json_array_foreach(json_object_get(report, "metrics"), index, metric)
    {
        if (is_same_metric(metric, wanted))
            return metric;
    }
    return NULL;
}

static void write_metric_name(FILE *out, const json_t *metric)
{
    int from = gpu_of(metric, "src_gpu"), to = gpu_of(metric, "dst_gpu");

    write_clean(out, text_of(metric, "name"));
    if (text_of(metric, "variant")[0] != '\0') {
        fputc(' ', out);
        write_clean(out, text_of(metric, "variant"));
    }
    if (from >= 0 && to >= 0 && from != to)
        fprintf(out, " gpu %d->%d: ", from, to);
    else if (from >= 0 || to >= 0)
        fprintf(out, " gpu %d: ", from >= 0 ? from : to);
    else
        fputs(": ", out);
}

static const char *shown(const json_t *metric, char *text, size_t size)
{
    const json_t *value = json_object_get(metric, "value");
    enum gst_unit unit = GST_UNIT_NONE;

    for (int i = 0; i < GST_UNIT_COUNT; i++) {
        const char *suffix = gst_unit_suffix((enum gst_unit)i);

        if (suffix[0] == '_' && strcmp(suffix + 1, text_of(metric, "unit")) == 0)
            unit = (enum gst_unit)i;
    }
    return gst_format(text, size, json_is_number(value) ? json_number_value(value) : NAN, unit);
}

static void compare_metrics(const json_t *a, const json_t *b, FILE *out)
{
    const json_t *metric;
    char left[32], right[32];
    size_t index;

    json_array_foreach(json_object_get(a, "metrics"), index, metric)
    {
        const json_t *other = find_metric(b, metric);
        double before = json_number_value(json_object_get(metric, "value"));
        double after = json_number_value(json_object_get(other, "value"));

        fputs("number   ", out);
        write_metric_name(out, metric);
        if (other == NULL) {
            fputs("only in the first\n", out);
            continue;
        }
        fprintf(out, "%s -> %s", shown(metric, left, sizeof left),
                shown(other, right, sizeof right));
        if (before > 0 && after > 0)
            fprintf(out, "  x%.3f", after / before);
        fputc('\n', out);
    }
    json_array_foreach(json_object_get(b, "metrics"), index, metric)
    {
        if (find_metric(a, metric) != NULL)
            continue;
        fputs("number   ", out);
        write_metric_name(out, metric);
        fputs("only in the second\n", out);
    }
}

bool gst_compare(const char *a, const char *b, FILE *out, bool *same, char *error, size_t size)
{
    json_t *left = load(a, error, size);
    json_t *right = left == NULL ? NULL : load(b, error, size);
    bool ok = left != NULL && right != NULL;

    if (ok) {
        *same = strcmp(text_of(left, "verdict"), text_of(right, "verdict")) == 0;
        fputs("verdict  ", out);
        write_clean(out, text_of(left, "verdict"));
        fputs(" -> ", out);
        write_clean(out, text_of(right, "verdict"));
        fputc('\n', out);
        *same &= list_findings(left, right, "the first", out);
        *same &= list_findings(right, left, "the second", out);
        compare_gpus(left, right, out);
        compare_metrics(left, right, out);
    }
    json_decref(left);
    json_decref(right);
    return ok;
}
