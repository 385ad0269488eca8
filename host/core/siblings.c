/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of like metrics, and who falls out of them; see siblings.h. */
#include "core/siblings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/stats.h"

/* Pairs of one GPU, there and back, with every other. */
#define VALUES_OF_GPU (2 * GST_REPORT_GPUS)

/* What is known of one GPU when all groups have been looked at: where it is furthest behind, and
 * where else. */
struct suspect {
    struct gst_metric *metric;
    struct gst_sibling sibling;
    double value;
    size_t peers;
    bool is_pair;
    char others[GST_CAUSE_SIZE / 2];
};

/* A metric has to be so much further behind to be named instead of one before it. */
#define GAP_THAT_TELLS 0.01

struct sums {
    size_t count;
    double values[VALUES_OF_GPU];
};

struct gst_sibling gst_sibling_of(const double *values, size_t count, size_t index,
                                  bool lower_is_better)
{
    const double sign = lower_is_better ? -1 : 1;
    struct gst_sibling sibling = { .median = gst_stats_of(values, count).median };

    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]) || values[i] <= 0)
            return sibling;
    }
    if (count < GST_SIBLINGS_LEAST)
        return sibling;
    sibling.gap = sign * (sibling.median - values[index]) / sibling.median;
    sibling.score = gst_stats_robust_z(values[index], values, count);
    sibling.is_behind =
        sibling.gap > GST_SIBLINGS_GAP && sign * sibling.score < -GST_SIBLINGS_SCORE;
    return sibling;
}

static bool is_lower_better(const struct gst_metric *metric)
{
    return metric->bar.lower_is_better || metric->def->unit == GST_UNIT_SECONDS;
}

static const char *name_of_gpu(const struct gst_report *report, int gpu)
{
    const struct gst_fact *fact = gst_report_find_fact(report, gpu, NULL, "name");

    return fact == NULL ? "" : fact->text;
}

static int gpu_of(const struct gst_metric *metric)
{
    return metric->src_gpu != GST_NO_GPU ? metric->src_gpu : metric->dst_gpu;
}

static bool is_pair(const struct gst_metric *metric)
{
    return metric->src_gpu != metric->dst_gpu && metric->src_gpu != GST_NO_GPU
           && metric->dst_gpu != GST_NO_GPU;
}

/* A rate without a ceiling is not known to be the hardware's: it may be the cache's, or that of an
 * instance that shares its memory. A pair without a floor may go a way that other pairs do not. */
static bool is_comparable(const struct gst_metric *metric)
{
    return metric->def->has_siblings && isfinite(metric->value) && metric->value > 0
           && (is_lower_better(metric) || isfinite(metric->bar.ceiling))
           && (!is_pair(metric) || isfinite(metric->bar.floor));
}

static bool is_same_ceiling(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool is_same_group(const struct gst_report *report, const struct gst_metric *a,
                          const struct gst_metric *b)
{
    return a->def == b->def && a->item == b->item && a->side == b->side && is_pair(a) == is_pair(b)
           && strcmp(a->variant, b->variant) == 0 && is_same_ceiling(a->bar.ceiling, b->bar.ceiling)
           && strcmp(name_of_gpu(report, gpu_of(a)), name_of_gpu(report, gpu_of(b))) == 0;
}

static void add(struct sums *of_gpu, int gpu, double value)
{
    if (gpu < 0 || gpu >= GST_REPORT_GPUS || of_gpu[gpu].count == VALUES_OF_GPU)
        return;
    of_gpu[gpu].values[of_gpu[gpu].count++] = value;
}

/* The group of `first`, as one value for each GPU in it; returns how many. */
static size_t gather(struct gst_report *report, const struct gst_metric *first,
                     int gpus[GST_REPORT_GPUS], double values[GST_REPORT_GPUS])
{
    struct sums of_gpu[GST_REPORT_GPUS] = { { .count = 0 } };
    size_t count = 0;

    for (size_t i = 0; i < report->metric_count; i++) {
        const struct gst_metric *metric = &report->metrics[i];

        if (!is_comparable(metric) || !is_same_group(report, first, metric))
            continue;
        add(of_gpu, gpu_of(metric), metric->value);
        if (is_pair(metric))
            add(of_gpu, metric->dst_gpu, metric->value);
    }
    for (int gpu = 0; gpu < GST_REPORT_GPUS; gpu++) {
        if (of_gpu[gpu].count == 0)
            continue;
        gpus[count] = gpu;
        values[count++] = gst_stats_of(of_gpu[gpu].values, of_gpu[gpu].count).median;
    }
    return count;
}

/* The metric of the group and this GPU that is worst. */
static struct gst_metric *worst_of(struct gst_report *report, const struct gst_metric *first,
                                   int gpu)
{
    struct gst_metric *worst = NULL;

    for (size_t i = 0; i < report->metric_count; i++) {
        struct gst_metric *metric = &report->metrics[i];
        const bool lower_is_better = is_lower_better(metric);

        if (!is_comparable(metric) || !is_same_group(report, first, metric)
            || (metric->src_gpu != gpu && metric->dst_gpu != gpu))
            continue;
        if (worst == NULL || (metric->value < worst->value) != lower_is_better)
            worst = metric;
    }
    return worst;
}

static void remember(struct suspect *suspect, const struct gst_metric *metric)
{
    const size_t used = strlen(suspect->others);

    snprintf(suspect->others + used, sizeof suspect->others - used, "%s%s%s%s",
             used == 0 ? "" : ", ", metric->def->name, metric->variant[0] == '\0' ? "" : " ",
             metric->variant);
}

static void judge_group(struct gst_report *report, const struct gst_metric *first,
                        struct suspect suspects[GST_REPORT_GPUS])
{
    int gpus[GST_REPORT_GPUS];
    double values[GST_REPORT_GPUS];
    const size_t count = gather(report, first, gpus, values);

    for (size_t i = 0; i < count; i++) {
        struct suspect *suspect = &suspects[gpus[i]];
        const struct gst_sibling sibling = gst_sibling_of(values, count, i, is_lower_better(first));

        if (!sibling.is_behind)
            continue;
        if (suspect->metric != NULL && sibling.gap <= suspect->sibling.gap + GAP_THAT_TELLS) {
            remember(suspect, first);
            continue;
        }
        if (suspect->metric != NULL)
            remember(suspect, suspect->metric);
        suspect->metric = worst_of(report, first, gpus[i]);
        suspect->sibling = sibling;
        suspect->value = values[i];
        suspect->peers = count;
        suspect->is_pair = is_pair(first);
    }
}

static bool is_first_of_group(const struct gst_report *report, const struct gst_metric *metric)
{
    for (const struct gst_metric *before = report->metrics; before < metric; before++) {
        if (is_comparable(before) && is_same_group(report, before, metric))
            return false;
    }
    return is_comparable(metric);
}

static bool is_bad(enum gst_verdict verdict)
{
    return verdict == GST_FAIL || verdict == GST_ERROR;
}

/* Whatever else is wrong with it may be why it is slow. */
static bool is_in_trouble(const struct gst_report *report, int gpu)
{
    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].gpu == gpu && is_bad(report->checks[i].verdict))
            return true;
    }
    for (size_t i = 0; i < report->metric_count; i++) {
        const struct gst_metric *metric = &report->metrics[i];

        if ((metric->src_gpu == gpu || metric->dst_gpu == gpu) && is_bad(metric->verdict))
            return true;
    }
    return false;
}

static enum gst_finding_id finding_of(const struct gst_metric *metric)
{
    return metric->explained_by == GST_NO_FINDING || metric->explained_by == GST_HARDWARE_SLOW
               ? GST_HARDWARE_SLOWER
               : metric->explained_by;
}

static void tell(struct gst_report *report, int gpu, const struct suspect *suspect)
{
    struct gst_metric *metric = suspect->metric;
    const bool lower_is_better = is_lower_better(metric);
    const int item = report->progress.item;
    char value[32], median[32], gap[32];

    gst_format(value, sizeof value, suspect->value, metric->def->unit);
    gst_format(median, sizeof median, suspect->sibling.median, metric->def->unit);
    gst_format(gap, sizeof gap, suspect->sibling.gap, GST_UNIT_FRACTION);
    report->progress.item = metric->item;
    gst_report_check(report, finding_of(metric), gpu, false,
                     "%s%s%s is %s%s, %s %s %s, the median of %zu identical GPUs (robust z "
                     "%.1f)%s%s",
                     metric->def->name, metric->variant[0] == '\0' ? "" : " ", metric->variant,
                     value, suspect->is_pair ? " over all its pairs" : "", gap,
                     lower_is_better ? "above" : "below", median, suspect->peers,
                     suspect->sibling.score, suspect->others[0] == '\0' ? "" : "; behind, too, in ",
                     suspect->others);
    report->progress.item = item;
    metric->bar.floor =
        suspect->sibling.median * (1 + (lower_is_better ? 1 : -1) * GST_SIBLINGS_GAP);
    metric->bar.lower_is_better = lower_is_better;
    snprintf(metric->bar.floor_from, sizeof metric->bar.floor_from, "%zu identical GPUs",
             suspect->peers);
    metric->verdict = gst_finding(finding_of(metric))->verdict;
    metric->is_told = true;
}

void gst_siblings_judge(struct gst_report *report)
{
    struct suspect suspects[GST_REPORT_GPUS] = { { .metric = NULL } };

    for (size_t i = 0; i < report->metric_count; i++) {
        if (is_first_of_group(report, &report->metrics[i]))
            judge_group(report, &report->metrics[i], suspects);
    }
    for (int gpu = 0; gpu < GST_REPORT_GPUS; gpu++) {
        struct suspect *suspect = &suspects[gpu];

        if (suspect->metric != NULL
            && (is_in_trouble(report, gpu)
                || gst_finding_layer(finding_of(suspect->metric)) == GST_LAYER_USER))
            suspect->metric = NULL;
    }
    /* Only now: what is told of a pair would be trouble of the other one. */
    for (int gpu = 0; gpu < GST_REPORT_GPUS; gpu++) {
        if (suspects[gpu].metric != NULL)
            tell(report, gpu, &suspects[gpu]);
    }
}
