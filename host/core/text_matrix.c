/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs from rows to columns; see text_matrix.h. */
#include "core/text_matrix.h"

#include <math.h>
#include <stdlib.h>

#include "core/metric_group.h"
#include "core/pair_matrix.h"
#include "core/text_table.h"
#include "core/units.h"

#define COLUMNS_SHOWN 16 /* of a piece: 6 + 16 * 7 columns with numbers such as "388.4*" */
#define LABEL_WIDTH   6  /* "   gpu", and the numbers of rows below it */

/* What is wrong is told without colours. */
#define MARK_FAIL  '*'
#define MARK_ERROR '!'

/* What was said of the workload at hand. */
struct page {
    int item;
    bool has_matrix;
    bool is_after_matrix;
    bool is_marked[GST_REPORT_GPUS][GST_REPORT_GPUS];
};

static char mark_of(const struct gst_metric *cell)
{
    if (cell == NULL || !gst_metric_is_bad(cell))
        return ' ';
    return cell->verdict == GST_FAIL ? MARK_FAIL : MARK_ERROR;
}

/* A blank mark at the end of a line is left out. */
static void write_cell(const struct gst_pair_matrix *matrix, int from, int to, bool is_last,
                       FILE *out, struct gst_text_style style)
{
    const char mark = mark_of(matrix->cells[from][to]);
    char text[24];

    fprintf(out, " %*s", matrix->width, gst_pair_matrix_cell(matrix, from, to, text));
    if (mark != ' ' && style.has_colour)
        fprintf(out, "\033[%dm%c\033[0m", mark == MARK_FAIL ? 31 : 33, mark);
    else if (mark != ' ' || !is_last)
        fputc(mark, out);
}

static void write_piece(const struct gst_pair_matrix *matrix, int first, int end, FILE *out,
                        struct gst_text_style style)
{
    fprintf(out, "%*s", LABEL_WIDTH, "gpu");
    for (int i = first; i < end; i++)
        fprintf(out, " %*d%s", matrix->width, matrix->gpus[i], i + 1 < end ? " " : "");
    fputc('\n', out);
    for (int row = 0; row < matrix->gpu_count; row++) {
        fprintf(out, "%*d", LABEL_WIDTH, matrix->gpus[row]);
        for (int i = first; i < end; i++)
            write_cell(matrix, matrix->gpus[row], matrix->gpus[i], i + 1 == end, out, style);
        fputc('\n', out);
    }
}

static void write_bound(double bound, enum gst_unit unit, const char *before, const char *from,
                        FILE *out)
{
    char text[32];

    if (!isnan(bound))
        fprintf(out, "%s %s%s%s%s", before, gst_format(text, sizeof text, bound, unit),
                from[0] == '\0' ? "" : " (", from, from[0] == '\0' ? "" : ")");
}

static void write_caption(const struct gst_pair_matrix *matrix, FILE *out)
{
    const struct gst_metric *first = matrix->rows[0];
    const struct gst_bar *bar = &first->bar;
    char name[GST_NAME_SIZE * 4];

    fprintf(out, "\n%s: %s\n  %s, %s", gst_metric_name(first, name, sizeof name), first->def->title,
            matrix->unit, matrix->has_no_direction ? "of each two" : "from row to column");
    if (gst_pair_matrix_shares_ceiling(matrix))
        write_bound(bar->ceiling, first->def->unit,
                    bar->lower_is_better ? "; at best" : "; at most", bar->ceiling_from, out);
    else
        fputs("; what is possible differs", out);
    if (gst_pair_matrix_shares_floor(matrix))
        write_bound(bar->floor, first->def->unit, "; floor", bar->floor_from, out);
    else
        fputs("; floors differ", out);
    fputc('\n', out);
}

static void write_median(const struct gst_pair_matrix *matrix, FILE *out)
{
    const double median = gst_pair_matrix_median(matrix);
    char text[32];

    if (!isnan(median))
        fprintf(out, ", median %s",
                gst_format(text, sizeof text, median, matrix->rows[0]->def->unit));
}

/* FAIL and ERROR if a single pair is; a number without a bar is never shown as passed. */
static void write_verdict(const struct gst_pair_matrix *matrix, FILE *out,
                          struct gst_text_style style)
{
    static const enum gst_verdict order[] = { GST_FAIL, GST_ERROR, GST_PASS };
    const size_t unjudged = gst_pair_matrix_count(matrix, GST_NOT_JUDGED);

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const size_t count = gst_pair_matrix_count(matrix, order[i]);

        if (count == 0)
            continue;
        fputs("  ", out);
        gst_text_word(out, order[i], 0, style);
        if (count < matrix->count)
            fprintf(out, " %zu", count);
    }
    if (unjudged > 0) {
        fputs("  ", out);
        gst_text_word(out, GST_NOT_JUDGED, 0, style);
        if (unjudged < matrix->count)
            fprintf(out, " %zu", unjudged);
    }
    fputc('\n', out);
}

static void write_worst(const struct gst_metric *worst, const char *before, FILE *out)
{
    char value[32], share[GST_BAR_TEXT_SIZE + 80];

    gst_text_share(worst, share, sizeof share);
    fprintf(out, "%sworst %d->%d %s%s%s", before, worst->src_gpu, worst->dst_gpu,
            gst_format(value, sizeof value, worst->value, worst->def->unit),
            share[0] == '\0' ? "" : ", ", share);
}

/* Only of marks that are there. */
static void write_legend(const struct gst_pair_matrix *matrix, FILE *out)
{
    const size_t missing = gst_pair_matrix_missing(matrix);
    const char *before = "  ";

    if (gst_pair_matrix_count(matrix, GST_FAIL) > 0) {
        fprintf(out, "%s%c FAIL, worse than its floor", before, MARK_FAIL);
        before = "; ";
    }
    if (gst_pair_matrix_count(matrix, GST_ERROR) > 0) {
        fprintf(out, "%s%c ERROR, cannot be true", before, MARK_ERROR);
        before = "; ";
    }
    if (missing > 0) {
        fprintf(out, "%sN/A not measured, %zu pair%s", before, missing,
                gst_plural((int64_t)missing));
        before = "; ";
    }
    if (before[0] == ';')
        fputc('\n', out);
}

static void write_matrix(const struct gst_pair_matrix *matrix, FILE *out,
                         struct gst_text_style style)
{
    const struct gst_metric *worst = gst_pair_matrix_worst(matrix);

    write_caption(matrix, out);
    for (int first = 0; first < matrix->gpu_count; first += COLUMNS_SHOWN)
        write_piece(matrix, first,
                    first + COLUMNS_SHOWN < matrix->gpu_count ? first + COLUMNS_SHOWN
                                                              : matrix->gpu_count,
                    out, style);
    fprintf(out, "  %zu pairs", matrix->count);
    write_median(matrix, out);
    write_verdict(matrix, out, style);
    write_worst(worst, "  ", out);
    if (worst->verdict == GST_FAIL)
        write_bound(worst->bar.floor, worst->def->unit, ", floor", worst->bar.floor_from, out);
    fputc('\n', out);
    write_legend(matrix, out);
}

/* "peer-copy.read copy-engine: 56 pairs, median 388 GB/s, worst 3->5 380 GB/s, 84 % of 450 GB/s" */
static void write_line(const struct gst_pair_matrix *matrix, bool is_after_matrix, FILE *out,
                       struct gst_text_style style)
{
    char name[GST_NAME_SIZE * 4];

    fprintf(out, "%s%s: %zu pairs", is_after_matrix ? "\n" : "",
            gst_metric_name(matrix->rows[0], name, sizeof name), matrix->count);
    write_median(matrix, out);
    write_worst(gst_pair_matrix_worst(matrix), ", ", out);
    write_verdict(matrix, out, style);
}

/* Is there a wrong pair that no matrix of this workload has marked? */
static bool tells_more(const struct page *page, const struct gst_pair_matrix *matrix)
{
    for (size_t i = 0; i < matrix->count; i++) {
        const struct gst_metric *row = matrix->rows[i];

        if (gst_metric_is_bad(row) && !page->is_marked[row->src_gpu][row->dst_gpu])
            return true;
    }
    return !page->has_matrix;
}

static void write_group(struct page *page, const struct gst_pair_matrix *matrix, FILE *out,
                        struct gst_text_style style)
{
    if (page->item != matrix->rows[0]->item)
        *page = (struct page){ .item = matrix->rows[0]->item };
    if (!tells_more(page, matrix)) {
        write_line(matrix, page->is_after_matrix, out, style);
        page->is_after_matrix = false;
        return;
    }
    write_matrix(matrix, out, style);
    page->has_matrix = page->is_after_matrix = true;
    for (size_t i = 0; i < matrix->count; i++) {
        if (gst_metric_is_bad(matrix->rows[i]))
            page->is_marked[matrix->rows[i]->src_gpu][matrix->rows[i]->dst_gpu] = true;
    }
}

void gst_text_matrices(const struct gst_report *report, FILE *out, struct gst_text_style style)
{
    const struct gst_metric **rows = calloc(report->metric_count + 1, sizeof *rows);
    struct page page = { .item = -1 };

    for (size_t i = 0; rows != NULL && i < report->metric_count; i++) {
        const size_t count = gst_metric_group(report, i, rows);
        struct gst_pair_matrix matrix;

        if (count == 0 || !gst_metric_group_is_matrix(rows, count))
            continue;
        gst_pair_matrix_fill(&matrix, rows, count);
        write_group(&page, &matrix, out, style);
    }
    free(rows);
}
