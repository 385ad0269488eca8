/* SPDX-License-Identifier: Apache-2.0 */
/* Gauges in the text exposition format; see prometheus.h. A series may appear only once, and the
 * lines of a family stand together. */
#include "core/prometheus.h"

#include <math.h>
#include <string.h>

#include "core/utf8.h"

/* Prometheus' own words for base units. */
static const char *const unit_names[GST_UNIT_COUNT] = {
    [GST_UNIT_NONE] = "value",
    [GST_UNIT_BYTES] = "bytes",
    [GST_UNIT_BYTES_PER_S] = "bytes_per_second",
    [GST_UNIT_SECONDS] = "seconds",
    [GST_UNIT_HERTZ] = "hertz",
    [GST_UNIT_WATTS] = "watts",
    [GST_UNIT_CELSIUS] = "celsius",
    [GST_UNIT_BITS] = "bits",
    [GST_UNIT_FRACTION] = "ratio",
    [GST_UNIT_FLOP_PER_S] = "flop_per_second",
};

static void write_label(FILE *out, const char *separator, const char *name, const char *value)
{
    char fit[3 * GST_CAUSE_SIZE];

    gst_utf8_repair(fit, sizeof fit, value);
    fprintf(out, "%s%s=\"", separator, name);
    for (const char *at = fit; *at != '\0'; at++) {
        if (*at == '\n')
            fputs("\\n", out);
        else if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at);
        else
            fputc(*at, out);
    }
    fputc('"', out);
}

static void write_gpu(FILE *out, const char *separator, const char *name, int gpu)
{
    char text[16] = "";

    if (gpu != GST_NO_GPU)
        snprintf(text, sizeof text, "%d", gpu);
    write_label(out, separator, name, text);
}

static void write_family(FILE *out, const char *name, const char *help)
{
    fprintf(out, "# HELP gpu_selftest_%s %s\n# TYPE gpu_selftest_%s gauge\n", name, help, name);
}

static void write_number(FILE *out, const char *name, const char *help, double value)
{
    write_family(out, name, help);
    fprintf(out, "gpu_selftest_%s %.12g\n", name, value);
}

static void write_run(const struct gst_report *report, FILE *out)
{
    static const enum gst_verdict states[] = { GST_PASS, GST_FAIL, GST_ERROR, GST_SKIP };
    const char *simulated = report->is_simulated ? "true" : "false";

    write_family(out, "info", "what ran, and on what");
    fputs("gpu_selftest_info", out);
    write_label(out, "{", "version", report->version);
    write_label(out, ",", "commit", report->commit);
    write_label(out, ",", "host", report->host);
    write_label(out, ",", "simulated", simulated);
    write_label(out, ",", "profile", report->profile);
    fputs("} 1\n", out);
    write_family(out, "verdict", "1 for the word that the run came to");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        fputs("gpu_selftest_verdict", out);
        write_label(out, "{", "verdict", gst_verdict_word(states[i]));
        write_label(out, ",", "simulated", simulated);
        fprintf(out, "} %d\n", report->verdict == states[i]);
    }
    write_number(out, "exit_code", "exit code of the run", (double)gst_report_exit(report));
    write_number(out, "gpus_total", "GPUs that the driver shows", report->gpus_total);
    write_number(out, "gpus_tested", "GPUs that were tested", report->gpus_tested);
    write_number(out, "duration_seconds", "how long the run took",
                 report->ended_ns > report->started_ns
                     ? (double)(report->ended_ns - report->started_ns) * 1e-9
                     : 0);
}

static void write_workloads(const struct gst_report *report, FILE *out)
{
    if (report->item_count == 0)
        return;
    write_family(out, "workload", "the word that each workload came to");
    for (size_t i = 0; i < report->item_count; i++) {
        bool is_repeated = false;

        for (size_t k = 0; k < i; k++)
            is_repeated |= strcmp(report->items[k].name, report->items[i].name) == 0;
        if (is_repeated)
            continue;
        fputs("gpu_selftest_workload", out);
        write_label(out, "{", "workload", report->items[i].name);
        write_label(out, ",", "verdict", gst_verdict_word(report->items[i].verdict));
        fputs("} 1\n", out);
    }
}

static bool is_finding(const struct gst_check *check)
{
    return check->verdict == GST_FAIL || check->verdict == GST_ERROR || check->verdict == GST_NOTE;
}

static bool is_finding_repeated(const struct gst_report *report, size_t index)
{
    const struct gst_check *check = &report->checks[index];

    for (size_t i = 0; i < index; i++) {
        if (report->checks[i].finding == check->finding && report->checks[i].gpu == check->gpu
            && is_finding(&report->checks[i]))
            return true;
    }
    return false;
}

static void write_findings(const struct gst_report *report, FILE *out)
{
    bool has_begun = false;

    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (!is_finding(check) || is_finding_repeated(report, i))
            continue;
        if (!has_begun)
            write_family(out, "finding", "1 for each thing that was found");
        has_begun = true;
        fputs("gpu_selftest_finding", out);
        write_label(out, "{", "id", gst_finding(check->finding)->id);
        write_label(out, ",", "layer", gst_layer_name(gst_finding_layer(check->finding)));
        write_gpu(out, ",", "gpu", check->gpu);
        fputs("} 1\n", out);
    }
}

static bool is_same_series(const struct gst_metric *a, const struct gst_metric *b)
{
    return a->def == b->def && a->src_gpu == b->src_gpu && a->dst_gpu == b->dst_gpu
           && a->item == b->item && strcmp(a->variant, b->variant) == 0;
}

static bool is_metric_repeated(const struct gst_report *report, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (is_same_series(&report->metrics[i], &report->metrics[index])
            && isfinite(report->metrics[i].value))
            return true;
    }
    return false;
}

static void write_metric(const struct gst_report *report, const struct gst_metric *metric,
                         FILE *out)
{
    const char *workload = gst_report_item_name(report, metric->item);
    bool has_source = metric->src_gpu != GST_NO_GPU;

    fprintf(out, "gpu_selftest_metric_%s", unit_names[metric->def->unit]);
    write_label(out, "{", "metric", metric->def->name);
    write_label(out, ",", "workload", workload == NULL ? "" : workload);
    write_gpu(out, ",", "gpu", has_source ? metric->src_gpu : metric->dst_gpu);
    write_gpu(out, ",", "peer",
              has_source && metric->dst_gpu != metric->src_gpu ? metric->dst_gpu : GST_NO_GPU);
    write_label(out, ",", "variant", metric->variant);
    fprintf(out, "} %.12g\n", metric->value);
}

static void write_metrics(const struct gst_report *report, enum gst_unit unit, FILE *out)
{
    bool has_begun = false;
    char name[64];

    snprintf(name, sizeof name, "metric_%s", unit_names[unit]);
    for (size_t i = 0; i < report->metric_count; i++) {
        const struct gst_metric *metric = &report->metrics[i];

        if (metric->def->unit != unit || !isfinite(metric->value) || is_metric_repeated(report, i))
            continue;
        if (!has_begun)
            write_family(out, name, "median of what was measured");
        has_begun = true;
        write_metric(report, metric, out);
    }
}

bool gst_prometheus_write(const struct gst_report *report, FILE *out)
{
    write_run(report, out);
    write_workloads(report, out);
    write_findings(report, out);
    for (int unit = 0; unit < GST_UNIT_COUNT; unit++)
        write_metrics(report, (enum gst_unit)unit, out);
    return fflush(out) == 0 && !ferror(out);
}
