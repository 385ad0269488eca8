/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with their context, aligned; see text_table.h. */
#include "core/text_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/metric_group.h"

/* Numbers that differ by no more are told as one, the middle one: clocks are read to about one
 * percent. */
#define EVEN 1.01

/* Two are rows, however alike: each may be the end of one pair. */
#define ROWS_SUMMED_UP 3

struct widths {
    int name, ends;
};

void gst_text_word(FILE *out, enum gst_verdict verdict, int width, struct gst_text_style style)
{
    static const char *const colours[] = {
        [GST_NOTE] = "",   [GST_NOT_JUDGED] = "", [GST_SKIP] = "36",
        [GST_PASS] = "32", [GST_ERROR] = "33",    [GST_FAIL] = "31",
    };
    const char *text = gst_verdict_word(verdict);

    if (!style.has_colour || colours[verdict][0] == '\0')
        fprintf(out, "%-*s", width, text);
    else
        fprintf(out, "\033[%sm%s\033[0m%*s", colours[verdict], text,
                width > (int)strlen(text) ? width - (int)strlen(text) : 0, "");
}

static void ends_of(const struct gst_metric *metric, char *text, size_t size)
{
    int from = metric->src_gpu, to = metric->dst_gpu;

    if (from == to || to == GST_NO_GPU || from == GST_NO_GPU)
        snprintf(text, size, "%d", from == GST_NO_GPU ? to : from);
    else
        snprintf(text, size, "%d->%d", from, to);
    if (from == GST_NO_GPU && to == GST_NO_GPU)
        snprintf(text, size, "-");
}

void gst_text_share(const struct gst_metric *metric, char *text, size_t size)
{
    char ceiling[32], share[32] = "";
    enum gst_unit unit = metric->def->unit;

    text[0] = '\0';
    if (isnan(metric->bar.ceiling))
        return;
    gst_format(ceiling, sizeof ceiling, metric->bar.ceiling, unit);
    if (!metric->bar.lower_is_better)
        gst_format(share, sizeof share, metric->value / metric->bar.ceiling, GST_UNIT_FRACTION);
    snprintf(text, size, "%s%s%s%s%s%s", share, share[0] == '\0' ? "at best " : " of ", ceiling,
             metric->bar.ceiling_from[0] == '\0' ? "" : " (", metric->bar.ceiling_from,
             metric->bar.ceiling_from[0] == '\0' ? "" : ")");
}

static void write_row(FILE *out, const struct gst_metric *metric, const char *ends,
                      struct widths widths, struct gst_text_style style)
{
    char name[GST_NAME_SIZE * 4], value[32], share[GST_BAR_TEXT_SIZE + 80], floor[32];

    gst_metric_name(metric, name, sizeof name);
    gst_text_share(metric, share, sizeof share);
    gst_format(value, sizeof value, metric->value, metric->def->unit);
    fprintf(out, "%-*s  %*s  %12s  %-46s  ", widths.name, name, widths.ends, ends, value, share);
    gst_text_word(out, metric->verdict, 0, style);
    if (metric->verdict == GST_FAIL) {
        gst_format(floor, sizeof floor, metric->bar.floor, metric->def->unit);
        fprintf(out, "  floor %s%s%s", floor, metric->bar.floor_from[0] == '\0' ? "" : " from ",
                metric->bar.floor_from);
    }
    fputc('\n', out);
}

static int by_value(const void *a, const void *b)
{
    double left = (*(const struct gst_metric *const *)a)->value;
    double right = (*(const struct gst_metric *const *)b)->value;

    /* Not-a-number sorts last. */
    if (isnan(left) || isnan(right))
        return isnan(left) - isnan(right);
    return (left > right) - (left < right);
}

/* All as fast as one another, and with the same bar: one row stands for all. */
static bool is_even(const struct gst_metric **sorted, size_t count)
{
    const struct gst_metric *least = sorted[0], *most = sorted[count - 1];

    if (!(least->value > 0) || !(most->value <= least->value * EVEN))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (gst_metric_is_bad(sorted[i]) || sorted[i]->verdict != least->verdict
            || strcmp(sorted[i]->bar.ceiling_from, least->bar.ceiling_from) != 0)
            return false;
    }
    return true;
}

static void write_rows(FILE *out, const struct gst_metric **rows, size_t count, bool is_bad_only,
                       struct widths widths, struct gst_text_style style)
{
    char ends[48];

    for (size_t i = 0; i < count; i++) {
        if (is_bad_only && !gst_metric_is_bad(rows[i]))
            continue;
        ends_of(rows[i], ends, sizeof ends);
        write_row(out, rows[i], ends, widths, style);
    }
}

/* Many rows are summed up as the lowest, the middle and the highest, each a real one with its own
 * GPU, and what is wrong. */
static void write_sorted(FILE *out, const struct gst_metric **rows,
                         const struct gst_metric **sorted, size_t count, struct widths widths,
                         struct gst_text_style style)
{
    const char *const labels[] = { "min", "median", "max" };
    char all[24];

    qsort(sorted, count, sizeof *sorted, by_value);
    if (count >= ROWS_SUMMED_UP && is_even(sorted, count)) {
        snprintf(all, sizeof all, "all %zu", count);
        write_row(out, sorted[(count - 1) / 2], all, widths, style);
        return;
    }
    for (size_t i = 0; i < 3 && count > GST_GROUP_ROWS_SHOWN; i++)
        write_row(out, sorted[i * (count - 1) / 2], labels[i], widths, style);
    write_rows(out, rows, count, count > GST_GROUP_ROWS_SHOWN, widths, style);
}

static void write_group(FILE *out, const struct gst_metric **rows, size_t count,
                        struct widths widths, struct gst_text_style style)
{
    const struct gst_metric **sorted = calloc(count, sizeof *sorted);

    if (sorted == NULL) {
        write_rows(out, rows, count, false, widths, style);
        return;
    }
    memcpy(sorted, rows, count * sizeof *sorted);
    write_sorted(out, rows, sorted, count, widths, style);
    free(sorted);
}

static struct widths measure(const struct gst_report *report)
{
    struct widths widths = { 6, 6 };
    char text[GST_NAME_SIZE * 4];

    for (size_t i = 0; i < report->metric_count; i++) {
        gst_metric_name(&report->metrics[i], text, sizeof text);
        if ((int)strlen(text) > widths.name)
            widths.name = (int)strlen(text);
    }
    return widths;
}

static void write_table_head(FILE *out, struct widths widths)
{
    fprintf(out, "\n%-*s  %*s  %12s  %-46s  verdict\n", widths.name, "metric", widths.ends, "gpu",
            "value", "of");
}

void gst_text_table(const struct gst_report *report, FILE *out, struct gst_text_style style)
{
    const struct widths widths = measure(report);
    const struct gst_metric **rows = calloc(report->metric_count + 1, sizeof *rows);
    bool has_head = false;

    if (rows == NULL)
        return;
    for (size_t i = 0; i < report->metric_count; i++) {
        const size_t count = gst_metric_group(report, i, rows);

        if (count == 0 || gst_metric_group_is_matrix(rows, count))
            continue;
        if (!has_head)
            write_table_head(out, widths);
        has_head = true;
        write_group(out, rows, count, widths, style);
    }
    free(rows);
}
