/* SPDX-License-Identifier: Apache-2.0 */
/* How workloads report; see run.h. */
#include "run/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "core/utf8.h"
#include "run/child.h"

static struct gst_item *current_item(const struct gst_run *run)
{
    int index = run->report->progress.item;

    return index >= 0 && (size_t)index < run->report->item_count ? &run->report->items[index]
                                                                 : NULL;
}

uint32_t gst_run_pattern_seed(const struct gst_run *run)
{
    return (uint32_t)(run->seed ^ (run->seed >> 32));
}

void gst_run_phase(struct gst_run *run, int gpu, const char *format, ...)
{
    struct gst_progress *progress = &run->report->progress;
    va_list arguments;

    gst_child_hand_over_output();
    progress->gpu = gpu;
    va_start(arguments, format);
    gst_utf8_format(progress->phase, sizeof(progress->phase), format, arguments);
    va_end(arguments);
}

bool gst_run_check_at(struct gst_run *run, const char *where, enum gst_finding_id finding, int gpu,
                      bool ok, const char *observed, ...)
{
    char text[GST_CAUSE_SIZE];
    va_list arguments;

    va_start(arguments, observed);
    gst_utf8_format(text, sizeof(text), observed, arguments);
    va_end(arguments);
    gst_report_check_at(run->report, where, finding, gpu, ok, "%s", text);
    return ok;
}

static bool is_declared(const struct gst_workload *workload, const struct gst_metric_def *def)
{
    const struct gst_metric_def *const *row = workload->metrics;

    while (row != NULL && *row != NULL && *row != def)
        row++;
    return row != NULL && *row != NULL;
}

bool gst_run_metric_between(struct gst_run *run, const struct gst_metric_def *def, int src_gpu,
                            int dst_gpu, const char *variant, const double *samples, size_t count,
                            struct gst_bar bar, struct gst_status *st)
{
    char error[GST_TEXT_SIZE];

    if (!is_declared(run->workload, def))
        return gst_fail(st, GST_SUITE_CRASHED,
                        "'%s' reports the metric '%s', which it does not "
                        "declare",
                        run->workload->name, def->name);
    if (run->bars != NULL && !gst_bars_apply(run->bars, def->name, &bar, error, sizeof(error)))
        snprintf(run->report->usage_error, sizeof(run->report->usage_error), "%s", error);
    gst_report_metric(run->report, def, src_gpu, dst_gpu, variant, samples, count, &bar);
    return true;
}

bool gst_run_metric(struct gst_run *run, const struct gst_metric_def *def, int gpu,
                    const char *variant, const double *samples, size_t count, struct gst_bar bar,
                    struct gst_status *st)
{
    return gst_run_metric_between(run, def, gpu, gpu, variant, samples, count, bar, st);
}

void gst_run_explain_metric(struct gst_run *run, enum gst_finding_id finding, const char *why)
{
    struct gst_report *report = run->report;
    struct gst_metric *metric =
        report->metric_count == 0 ? NULL : &report->metrics[report->metric_count - 1];
    char value[32], floor[32];

    if (metric == NULL || metric->is_told)
        return;
    metric->explained_by = finding;
    if (metric->verdict != GST_FAIL)
        return;
    gst_format(value, sizeof(value), metric->value, metric->def->unit);
    gst_format(floor, sizeof(floor), metric->bar.floor, metric->def->unit);
    gst_run_check(run, finding, metric->src_gpu, false, "%s%s%s is %s, floor %s%s%s; %s",
                  metric->def->name, metric->variant[0] == '\0' ? "" : " ", metric->variant, value,
                  floor, metric->bar.floor_from[0] == '\0' ? "" : " from ", metric->bar.floor_from,
                  why);
    metric->verdict = gst_finding(finding)->verdict;
    metric->is_told = true;
}

void gst_run_explain_by(struct gst_run *run, const struct gst_condition *condition)
{
    char text[224], why[256];

    snprintf(why, sizeof(why), "under load: %s",
             gst_condition_describe(condition, text, sizeof(text)));
    gst_run_explain_metric(run, gst_condition_explain(condition), why);
}

void gst_run_summary(struct gst_run *run, const char *format, ...)
{
    struct gst_item *item = current_item(run);
    va_list arguments;

    if (item == NULL)
        return;
    va_start(arguments, format);
    gst_utf8_format(item->summary, sizeof(item->summary), format, arguments);
    va_end(arguments);
}

void gst_run_skip(struct gst_run *run, const char *format, ...)
{
    struct gst_item *item = current_item(run);
    va_list arguments;

    if (item == NULL)
        return;
    va_start(arguments, format);
    gst_utf8_format(item->reason, sizeof(item->reason), format, arguments);
    va_end(arguments);
    item->verdict = GST_SKIP;
}

void gst_run_count_elements(struct gst_run *run, uint64_t elements)
{
    struct gst_item *item = current_item(run);

    if (item != NULL)
        item->elements_checked += elements;
}

const char *gst_run_gpus(const struct gst_run *run, char *text, size_t size)
{
    const int count = run->env->gpu_count;

    snprintf(text, size, "%d GPU%s", count, gst_plural(count));
    return text;
}
