/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appending to a report; see report.h. The writer may be killed between any two instructions, so
 * an entry is filled first and counted afterwards, and the compiler must keep that order.
 */
#include "core/report.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "core/utf8.h"

/* Room kept for what gst_report_conclude has to say of the report itself. */
#define CHECKS_KEPT 4

struct gst_report *gst_report_map(void)
{
    struct gst_report *report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE,
                                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (report == MAP_FAILED)
        return NULL;
    report->progress.item = -1;
    report->progress.gpu = GST_NO_GPU;
    return report;
}

void gst_report_unmap(struct gst_report *report)
{
    if (report != NULL)
        munmap(report, sizeof *report);
}

static void publish(size_t *count, size_t value)
{
    __atomic_store_n(count, value, __ATOMIC_RELEASE);
}

static bool has_room(struct gst_report *report, size_t count, size_t capacity)
{
    if (count < capacity)
        return true;
    report->overflow++;
    return false;
}

int gst_report_item(struct gst_report *report, const char *name)
{
    size_t index = report->item_count;

    if (!has_room(report, index, GST_REPORT_ITEMS))
        return -1;
    report->items[index] = (struct gst_item){ .verdict = GST_NOTE };
    gst_utf8_copy(report->items[index].name, sizeof report->items[index].name, name);
    publish(&report->item_count, index + 1);
    return (int)index;
}

/* A complaint about the report itself may use the room that is kept. */
static struct gst_check *next_check(struct gst_report *report, enum gst_finding_id finding)
{
    bool is_ours = finding == GST_SUITE_REPORT_FULL || finding == GST_SUITE_INTERRUPTED;
    size_t capacity = is_ours ? GST_REPORT_CHECKS : GST_REPORT_CHECKS - CHECKS_KEPT;

    if (!has_room(report, report->check_count, capacity))
        return NULL;
    return &report->checks[report->check_count];
}

void gst_report_check_at(struct gst_report *report, const char *where, enum gst_finding_id finding,
                         int gpu, bool ok, const char *observed, ...)
{
    struct gst_check *check = next_check(report, finding);
    va_list arguments;

    if (check == NULL)
        return;
    *check = (struct gst_check){
        .finding = finding,
        .verdict = ok ? GST_PASS : gst_finding(finding)->verdict,
        .item = report->progress.item,
        .gpu = gpu,
        .where = ok ? NULL : where,
    };
    va_start(arguments, observed);
    gst_utf8_format(check->observed, sizeof check->observed, observed, arguments);
    va_end(arguments);
    publish(&report->check_count, report->check_count + 1);
}

void gst_report_status(struct gst_report *report, const struct gst_status *st)
{
    struct gst_check *check;

    if (st->finding == GST_NO_FINDING)
        return;
    check = next_check(report, st->finding);
    if (check == NULL)
        return;
    *check = (struct gst_check){
        .finding = st->finding,
        .verdict = gst_finding(st->finding)->verdict,
        .item = report->progress.item,
        .gpu = st->gpu,
        .code = st->code,
        .where = st->where,
    };
    gst_utf8_copy(check->call, sizeof check->call, st->call);
    gst_utf8_copy(check->observed, sizeof check->observed, st->cause);
    publish(&report->check_count, report->check_count + 1);
}

void gst_report_metric(struct gst_report *report, const struct gst_metric_def *def, int src_gpu,
                       int dst_gpu, const char *variant, const double *samples, size_t count,
                       const struct gst_bar *bar)
{
    size_t first = report->sample_count;
    struct gst_metric *metric;

    if (!has_room(report, report->metric_count, GST_REPORT_METRICS))
        return;
    metric = &report->metrics[report->metric_count];
    *metric = (struct gst_metric){
        .def = def,
        .item = report->progress.item,
        .src_gpu = src_gpu,
        .dst_gpu = dst_gpu,
        .bar = bar == NULL ? gst_bar_none() : *bar,
        .stats = gst_stats_of(samples, count),
    };
    metric->value = metric->stats.median;
    metric->verdict = gst_judge(metric->value, &metric->bar);
    if (variant != NULL)
        gst_utf8_copy(metric->variant, sizeof metric->variant, variant);
    /* The number stays even if its samples do not fit. */
    if (count > 0 && has_room(report, first + count, GST_REPORT_SAMPLES + 1)) {
        memcpy(report->samples + first, samples, count * sizeof *samples);
        metric->first_sample = (uint32_t)first;
        metric->sample_count = (uint32_t)count;
        publish(&report->sample_count, first + count);
    }
    publish(&report->metric_count, report->metric_count + 1);
}

static struct gst_fact *next_fact(struct gst_report *report, int gpu, const char *source,
                                  const char *key)
{
    struct gst_fact *fact = &report->facts[report->fact_count];

    if (!has_room(report, report->fact_count, GST_REPORT_FACTS))
        return NULL;
    *fact = (struct gst_fact){ .gpu = gpu };
    gst_utf8_copy(fact->source, sizeof fact->source, source);
    gst_utf8_copy(fact->key, sizeof fact->key, key);
    return fact;
}

void gst_report_fact_text(struct gst_report *report, int gpu, const char *source, const char *key,
                          const char *format, ...)
{
    struct gst_fact *fact = next_fact(report, gpu, source, key);
    va_list arguments;

    if (fact == NULL)
        return;
    va_start(arguments, format);
    gst_utf8_format(fact->text, sizeof fact->text, format, arguments);
    va_end(arguments);
    publish(&report->fact_count, report->fact_count + 1);
}

void gst_report_fact_number(struct gst_report *report, int gpu, const char *source, const char *key,
                            enum gst_unit unit, double number)
{
    struct gst_fact *fact = next_fact(report, gpu, source, key);

    if (fact == NULL)
        return;
    fact->is_number = true;
    fact->unit = unit;
    fact->number = number;
    publish(&report->fact_count, report->fact_count + 1);
}

const struct gst_fact *gst_report_find_fact(const struct gst_report *report, int gpu,
                                            const char *source, const char *key)
{
    for (size_t i = 0; i < report->fact_count; i++) {
        const struct gst_fact *fact = &report->facts[i];

        if (fact->gpu == gpu && strcmp(fact->key, key) == 0
            && (source == NULL || strcmp(fact->source, source) == 0))
            return fact;
    }
    return NULL;
}

const char *gst_report_item_name(const struct gst_report *report, int item)
{
    return item >= 0 && (size_t)item < report->item_count ? report->items[item].name : NULL;
}

size_t gst_report_count(const struct gst_report *report, enum gst_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < report->item_count; i++)
        count += report->items[i].verdict == verdict;
    return count;
}

size_t gst_report_count_all(const struct gst_report *report, enum gst_verdict verdict)
{
    enum gst_verdict machine = GST_NOTE;

    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].item < 0 && report->checks[i].verdict > GST_PASS)
            machine = gst_verdict_worst(machine, report->checks[i].verdict);
    }
    return gst_report_count(report, verdict) + (machine == verdict);
}

void gst_report_judged(const struct gst_report *report, size_t *judged, size_t *total)
{
    *judged = 0;
    *total = report->metric_count;
    for (size_t i = 0; i < report->metric_count; i++)
        *judged += gst_verdict_counts(report->metrics[i].verdict);
}
