/* SPDX-License-Identifier: Apache-2.0 */
/* From a list of pairs to a matrix; see pair_matrix.h. */
#include "core/pair_matrix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/metric_group.h"

#define NO_NUMBER "N/A"

/* One for the whole matrix, so that numbers can be compared by a glance: copies of GPUs are tens
 * and hundreds of GB/s, their latencies microseconds. */
static void choose_unit(struct gst_pair_matrix *matrix)
{
    static const struct {
        enum gst_unit of;
        double one;
        const char *unit;
    } units[] = {
        { GST_UNIT_BYTES_PER_S, 1e9, "GB/s" },
        { GST_UNIT_SECONDS, 1e-6, "us" },
        { GST_UNIT_FRACTION, 0.01, "%" },
    };

    matrix->one = 1;
    matrix->unit = gst_unit_suffix(matrix->rows[0]->def->unit);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].of == matrix->rows[0]->def->unit) {
            matrix->one = units[i].one;
            matrix->unit = units[i].unit;
        }
    }
}

/* So many that the smallest number keeps two digits that count, and points stand below each other.
 */
static void choose_decimals(struct gst_pair_matrix *matrix)
{
    double smallest = HUGE_VAL;

    for (size_t i = 0; i < matrix->count; i++) {
        if (matrix->rows[i]->value / matrix->one < smallest)
            smallest = matrix->rows[i]->value / matrix->one;
    }
    matrix->decimals = 2;
    if (smallest >= 10)
        matrix->decimals = smallest >= 100 ? 0 : 1;
}

/* A number of both directions together stands once, for either order of each two GPUs. */
static bool has_no_direction(const struct gst_pair_matrix *matrix)
{
    for (size_t i = 0; i < matrix->count; i++) {
        if (matrix->cells[matrix->rows[i]->dst_gpu][matrix->rows[i]->src_gpu] != NULL)
            return false;
    }
    return 2 * matrix->count == (size_t)(matrix->gpu_count * (matrix->gpu_count - 1));
}

static void choose_width(struct gst_pair_matrix *matrix)
{
    matrix->width = (int)strlen(NO_NUMBER);
    for (size_t i = 0; i < matrix->count; i++) {
        char text[24];
        const int length = (int)strlen(
            gst_pair_matrix_cell(matrix, matrix->rows[i]->src_gpu, matrix->rows[i]->dst_gpu, text));

        if (length > matrix->width)
            matrix->width = length;
    }
}

void gst_pair_matrix_fill(struct gst_pair_matrix *matrix, const struct gst_metric *const *rows,
                          size_t count)
{
    bool is_there[GST_REPORT_GPUS] = { false };

    *matrix = (struct gst_pair_matrix){ .rows = rows, .count = count };
    for (size_t i = 0; i < count; i++) {
        matrix->cells[rows[i]->src_gpu][rows[i]->dst_gpu] = rows[i];
        is_there[rows[i]->src_gpu] = is_there[rows[i]->dst_gpu] = true;
    }
    for (int gpu = 0; gpu < GST_REPORT_GPUS; gpu++) {
        if (is_there[gpu])
            matrix->gpus[matrix->gpu_count++] = gpu;
    }
    matrix->has_no_direction = has_no_direction(matrix);
    choose_unit(matrix);
    choose_decimals(matrix);
    choose_width(matrix);
}

const char *gst_pair_matrix_cell(const struct gst_pair_matrix *matrix, int from, int to,
                                 char text[24])
{
    const struct gst_metric *cell = matrix->cells[from][to];

    if (from == to)
        snprintf(text, 24, "-");
    else if (cell == NULL && matrix->has_no_direction)
        text[0] = '\0';
    else if (cell == NULL || !isfinite(cell->value))
        snprintf(text, 24, NO_NUMBER);
    else
        snprintf(text, 24, "%.*f", matrix->decimals, cell->value / matrix->one);
    return text;
}

static bool is_same_bound(double one, double other)
{
    return one == other || (isnan(one) && isnan(other));
}

bool gst_pair_matrix_shares_floor(const struct gst_pair_matrix *matrix)
{
    const struct gst_bar *first = &matrix->rows[0]->bar;

    for (size_t i = 1; i < matrix->count; i++) {
        if (!is_same_bound(matrix->rows[i]->bar.floor, first->floor)
            || strcmp(matrix->rows[i]->bar.floor_from, first->floor_from) != 0)
            return false;
    }
    return true;
}

bool gst_pair_matrix_shares_ceiling(const struct gst_pair_matrix *matrix)
{
    const struct gst_bar *first = &matrix->rows[0]->bar;

    for (size_t i = 1; i < matrix->count; i++) {
        if (!is_same_bound(matrix->rows[i]->bar.ceiling, first->ceiling)
            || strcmp(matrix->rows[i]->bar.ceiling_from, first->ceiling_from) != 0)
            return false;
    }
    return true;
}

/* What is no number is worse than any. */
static double merit(const struct gst_metric *metric)
{
    const struct gst_bar *bar = &metric->bar;
    const double share = isnan(bar->ceiling) ? metric->value : metric->value / bar->ceiling;

    if (isnan(share))
        return -HUGE_VAL;
    return bar->lower_is_better || metric->def->unit == GST_UNIT_SECONDS ? -share : share;
}

static bool is_worse(const struct gst_metric *one, const struct gst_metric *other)
{
    const enum gst_verdict ours = gst_metric_is_bad(one) ? one->verdict : GST_NOTE;
    const enum gst_verdict theirs = gst_metric_is_bad(other) ? other->verdict : GST_NOTE;

    return ours != theirs ? ours > theirs : merit(one) < merit(other);
}

const struct gst_metric *gst_pair_matrix_worst(const struct gst_pair_matrix *matrix)
{
    const struct gst_metric *worst = matrix->rows[0];

    for (size_t i = 1; i < matrix->count; i++) {
        if (is_worse(matrix->rows[i], worst))
            worst = matrix->rows[i];
    }
    return worst;
}

static int by_value(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* A real one of the numbers: of an even count the lower one. */
double gst_pair_matrix_median(const struct gst_pair_matrix *matrix)
{
    double *values = calloc(matrix->count, sizeof *values), median = NAN;
    size_t count = 0;

    for (size_t i = 0; values != NULL && i < matrix->count; i++) {
        if (isfinite(matrix->rows[i]->value))
            values[count++] = matrix->rows[i]->value;
    }
    if (count > 0) {
        qsort(values, count, sizeof *values, by_value);
        median = values[(count - 1) / 2];
    }
    free(values);
    return median;
}

size_t gst_pair_matrix_count(const struct gst_pair_matrix *matrix, enum gst_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < matrix->count; i++)
        count += matrix->rows[i]->verdict == verdict;
    return count;
}

size_t gst_pair_matrix_missing(const struct gst_pair_matrix *matrix)
{
    size_t count = 0;

    for (int i = 0; i < matrix->gpu_count && !matrix->has_no_direction; i++) {
        for (int k = 0; k < matrix->gpu_count; k++)
            count += i != k && matrix->cells[matrix->gpus[i]][matrix->gpus[k]] == NULL;
    }
    return count;
}
