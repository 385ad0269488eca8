/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what was recorded to what it means: which findings are only consequences, what each item and
 * the whole came to, and which finding to name first. See report.h.
 */
#include "core/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/siblings.h"
#include "core/utf8.h"

static bool is_bad(enum gst_verdict verdict)
{
    return verdict == GST_FAIL || verdict == GST_ERROR;
}

static bool is_recorded(const struct gst_report *report, enum gst_finding_id finding)
{
    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].finding == finding && report->checks[i].verdict != GST_PASS)
            return true;
    }
    return false;
}

/* Only a pair needs words: a single GPU is the check's own. */
static void describe_pair(const struct gst_metric *metric, char *text, size_t size)
{
    text[0] = '\0';
    if (metric->src_gpu != metric->dst_gpu && metric->src_gpu != GST_NO_GPU
        && metric->dst_gpu != GST_NO_GPU)
        snprintf(text, size, " from gpu %d to gpu %d", metric->src_gpu, metric->dst_gpu);
}

/* "floor 1.5 TB/s from HBM3 class", or why the number is none. */
static void describe_bound(const struct gst_metric *metric, char *text, size_t size)
{
    bool is_slow = metric->verdict == GST_FAIL;
    const char *from = is_slow ? metric->bar.floor_from : metric->bar.ceiling_from;
    char limit[32];

    if (!isfinite(metric->value) || metric->value <= 0) {
        snprintf(text, size, "which is no measurement");
        return;
    }
    gst_format(limit, sizeof limit, is_slow ? metric->bar.floor : metric->bar.ceiling,
               metric->def->unit);
    snprintf(text, size, "%s %s%s%s", is_slow ? "floor" : "ceiling", limit,
             from[0] == '\0' ? "" : " from ", from);
}

static void tell_metric(struct gst_report *report, const struct gst_metric *metric)
{
    char value[32], pair[48], bound[GST_BAR_TEXT_SIZE + 64];

    gst_format(value, sizeof value, metric->value, metric->def->unit);
    describe_pair(metric, pair, sizeof pair);
    describe_bound(metric, bound, sizeof bound);
    gst_report_check(report,
                     metric->verdict == GST_FAIL ? GST_HARDWARE_SLOW : GST_SUITE_IMPOSSIBLE_NUMBER,
                     metric->src_gpu != GST_NO_GPU ? metric->src_gpu : metric->dst_gpu, false,
                     "%s%s%s%s is %s, %s", metric->def->name, metric->variant[0] == '\0' ? "" : " ",
                     metric->variant, pair, value, bound);
}

static void tell_metrics(struct gst_report *report)
{
    int item = report->progress.item;

    for (size_t i = 0; i < report->metric_count; i++) {
        struct gst_metric *metric = &report->metrics[i];

        if (metric->is_told || !is_bad(metric->verdict))
            continue;
        report->progress.item = metric->item;
        tell_metric(report, metric);
        metric->is_told = true;
    }
    report->progress.item = item;
}

/* What happened to the run as a whole, unless somebody has said it already. */
static void tell_run(struct gst_report *report)
{
    int item = report->progress.item;

    report->progress.item = -1;
    if (report->interrupted[0] != '\0' && !is_recorded(report, GST_SUITE_INTERRUPTED))
        gst_report_check(report, GST_SUITE_INTERRUPTED, GST_NO_GPU, false, "%s arrived",
                         report->interrupted);
    if (report->overflow > 0 && !is_recorded(report, GST_SUITE_REPORT_FULL))
        gst_report_check(report, GST_SUITE_REPORT_FULL, GST_NO_GPU, false,
                         "%u results did not fit into the report", report->overflow);
    report->progress.item = item;
}

/* The finding behind all others that make `effect` moot, GST_NO_FINDING if none does. */
static enum gst_finding_id cause_of(const struct gst_report *report, const struct gst_check *effect)
{
    enum gst_finding_id cause = GST_NO_FINDING;

    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (!is_bad(check->verdict) || (check->gpu != effect->gpu && check->gpu != GST_NO_GPU)
            || !gst_finding_blocks(check->finding, effect->finding))
            continue;
        if (cause == GST_NO_FINDING || gst_finding_blocks(check->finding, cause))
            cause = check->finding;
    }
    return cause;
}

static void apply_edges(struct gst_report *report)
{
    for (size_t i = 0; i < report->check_count; i++) {
        struct gst_check *check = &report->checks[i];
        const struct gst_check *before = i == 0 ? NULL : check - 1;

        if (!is_bad(check->verdict))
            continue;
        /* An image may have thousands of files with one finding, and they have one cause. */
        if (before != NULL && is_bad(before->verdict) && before->finding == check->finding
            && before->gpu == check->gpu)
            check->blocked_by = before->blocked_by;
        else
            check->blocked_by = cause_of(report, check);
    }
    /* Only now, so that a finding that is itself blocked still blocks. */
    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].blocked_by != GST_NO_FINDING)
            report->checks[i].verdict = GST_SKIP;
    }
}

static void name_cause(enum gst_finding_id cause, char *text, size_t size)
{
    snprintf(text, size, "blocked by %s", gst_finding(cause)->id);
}

/* A reason that it already has stays. */
static void skip_item(struct gst_item *item, enum gst_finding_id blocked_by)
{
    item->verdict = GST_SKIP;
    item->blocked_by = blocked_by;
    if (item->reason[0] == '\0' && blocked_by != GST_NO_FINDING)
        name_cause(blocked_by, item->reason, sizeof item->reason);
}

/* What blocked an item may be a consequence itself, of something that others found. */
static void name_last_cause(const struct gst_report *report, struct gst_item *item)
{
    enum gst_finding_id cause = GST_NO_FINDING;
    char named[GST_TEXT_SIZE];

    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->finding != item->blocked_by)
            continue;
        if (is_bad(check->verdict))
            return;
        if (check->blocked_by != check->finding && check->blocked_by != GST_NO_FINDING)
            cause = check->blocked_by;
    }
    if (cause == GST_NO_FINDING)
        return;
    name_cause(item->blocked_by, named, sizeof named);
    item->blocked_by = cause;
    if (strcmp(item->reason, named) == 0)
        name_cause(cause, item->reason, sizeof item->reason);
}

void gst_report_skip_from(struct gst_report *report, size_t first, enum gst_finding_id blocked_by)
{
    for (size_t i = first; i < report->item_count; i++) {
        report->items[i].state = GST_ITEM_DONE;
        skip_item(&report->items[i], blocked_by);
    }
}

static void conclude_item(const struct gst_report *report, struct gst_item *item)
{
    ptrdiff_t index = item - report->items;
    enum gst_verdict worst = GST_NOTE;
    enum gst_finding_id cause = GST_NO_FINDING;
    bool is_tested = !item->has_numbers || item->elements_checked > 0;

    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].item != index)
            continue;
        if (report->checks[i].blocked_by != GST_NO_FINDING)
            cause = report->checks[i].blocked_by;
        else
            worst = gst_verdict_worst(worst, report->checks[i].verdict);
    }
    for (size_t i = 0; i < report->metric_count; i++) {
        if (report->metrics[i].item != index)
            continue;
        worst = gst_verdict_worst(worst, report->metrics[i].verdict);
        is_tested = true;
    }
    /* run() gave up on account of what is blocked, or went on and has nothing to show, and nothing
     * else went wrong. */
    if (cause != GST_NO_FINDING && (is_bad(item->verdict) || !is_tested) && !is_bad(worst)) {
        skip_item(item, cause);
        return;
    }
    if (item->verdict == GST_SKIP && item->blocked_by != GST_NO_FINDING) {
        name_last_cause(report, item);
        skip_item(item, item->blocked_by);
    }
    item->verdict = gst_verdict_worst(item->verdict, worst == GST_NOT_JUDGED ? GST_NOTE : worst);
    if (item->state == GST_ITEM_RUNNING)
        item->verdict = gst_verdict_worst(item->verdict, GST_ERROR);
    if (item->state == GST_ITEM_PENDING && !is_bad(item->verdict)) {
        item->verdict = GST_SKIP;
        if (item->reason[0] == '\0')
            snprintf(item->reason, sizeof item->reason, "not reached");
    }
}

void gst_report_conclude(struct gst_report *report)
{
    enum gst_verdict verdict = GST_SKIP;

    gst_siblings_judge(report);
    tell_metrics(report);
    tell_run(report);
    apply_edges(report);
    for (size_t i = 0; i < report->item_count; i++) {
        conclude_item(report, &report->items[i]);
        verdict = gst_verdict_worst(verdict, report->items[i].verdict);
    }
    /* That libraries opened before all workloads were skipped is nothing that was tested. */
    for (size_t i = 0; i < report->check_count; i++) {
        if (report->item_count == 0 || report->checks[i].item >= 0
            || report->checks[i].verdict != GST_PASS)
            verdict = gst_verdict_worst(verdict, report->checks[i].verdict);
    }
    report->verdict = verdict;
}

/* PASS is all that a lenient run asks for; a strict one wants everything judged and tested. */
static bool is_complete(const struct gst_report *report)
{
    size_t judged, total;

    gst_report_judged(report, &judged, &total);
    return judged == total && gst_report_count(report, GST_SKIP) == 0
           && report->gpus_tested >= report->gpus_total;
}

enum gst_exit gst_report_exit(const struct gst_report *report)
{
    if (report->is_strict && report->verdict == GST_PASS && !is_complete(report))
        return GST_EXIT_COULD_NOT_TELL;
    return gst_verdict_exit(report->verdict);
}

/* What keeps workloads from running matters more than what was merely found on the way. */
static bool blocks_an_item(const struct gst_report *report, enum gst_finding_id finding)
{
    for (size_t i = 0; i < report->item_count; i++) {
        if (report->items[i].blocked_by == finding)
            return true;
    }
    return false;
}

const struct gst_check *gst_report_headline(const struct gst_report *report)
{
    const struct gst_check *headline = NULL;
    bool headline_blocks = false;

    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];
        const bool blocks = blocks_an_item(report, check->finding);

        if (!is_bad(check->verdict)
            || (headline != NULL
                && (check->verdict < headline->verdict
                    || (check->verdict == headline->verdict && (headline_blocks || !blocks)))))
            continue;
        headline = check;
        headline_blocks = blocks;
    }
    return headline;
}
