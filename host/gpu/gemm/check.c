/* SPDX-License-Identifier: Apache-2.0 */
/* Exact comparison of products; see check.h. */
#include "gpu/gemm/check.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "gpu/gemm/element.h"
#include "gpu/share.h"

/* A block of wrong elements is a tile if it is no smaller than a warp's share of one (8 x 8, the
 * least that CUTLASS and cuBLAS give a warp), mostly wrong, and a small part of C. */
#define TILE_LEAST      64
#define TILE_SHARE_MOST 0.25
#define TILE_FILL_LEAST 0.5

static bool is_poison(enum gst_gemm_type type, const void *c, size_t index)
{
    const size_t bytes = gst_gemm_output_bytes(type);
    const unsigned char *element = (const unsigned char *)c + index * bytes;

    for (size_t i = 0; i < bytes; i++) {
        if (element[i] != GST_GEMM_POISON)
            return false;
    }
    return true;
}

static double output(enum gst_gemm_type type, const void *c, size_t index)
{
    double value;

    gst_gemm_load_output(type, c, index, &value, 1);
    return value;
}

/* Without branches, so that the compiler makes vector code of nearly all of the comparison. */
static size_t count_floats(const float *c, const struct gst_gemm_pair *w, int rows,
                           struct gst_gemm_pair v)
{
    uint32_t wrong = 0;

    for (int i = 0; i < rows; i++)
        wrong += (uint32_t) !(c[i] == w[i].x * v.x + w[i].y * v.y);
    return wrong;
}

static size_t count_doubles(const double *c, const struct gst_gemm_pair *w, int rows,
                            struct gst_gemm_pair v)
{
    uint32_t wrong = 0;

    for (int i = 0; i < rows; i++)
        wrong += (uint32_t) !(c[i] == (double)(w[i].x * v.x + w[i].y * v.y));
    return wrong;
}

static size_t count_column(const struct gst_gemm_exact *exact, enum gst_gemm_type type,
                           const void *c, int column)
{
    const size_t first = (size_t)column * (size_t)exact->shape.ldc;
    const int rows = exact->shape.m;

    return type == GST_GEMM_FP64
               ? count_doubles((const double *)c + first, exact->w, rows, exact->v[column])
               : count_floats((const float *)c + first, exact->w, rows, exact->v[column]);
}

static void widen(struct gst_gemm_wrong *found, int row, int column)
{
    if (found->wrong == 1) {
        found->row_first = found->row_last = row;
        found->column_first = found->column_last = column;
    }
    found->row_first = row < found->row_first ? row : found->row_first;
    found->row_last = row > found->row_last ? row : found->row_last;
    found->column_last = column;
}

static void note(struct gst_gemm_wrong *found, const struct gst_gemm_exact *exact,
                 enum gst_gemm_type type, const void *c, int row, int column)
{
    const size_t index = (size_t)column * (size_t)exact->shape.ldc + (size_t)row;
    const double expected = (double)gst_gemm_exact_c(exact, row, column);
    const double observed = output(type, c, index);
    const double off = fabs(observed - expected);

    if (observed == expected)
        return;
    if (found->wrong++ == 0) {
        found->row = row;
        found->column = column;
        found->expected = expected;
        found->observed = observed;
    }
    widen(found, row, column);
    if (is_poison(type, c, index))
        found->unwritten++;
    else if (!isfinite(observed))
        found->not_finite++;
    else if (off <= exact->shape.k && fmod(off, 2) == 1)
        found->off_by_odd++;
}

/* Columns that are looked at before those that are wrong are looked at again, one by one. */
#define COLUMNS 4096

struct columns {
    const struct gst_gemm_exact *exact;
    enum gst_gemm_type type;
    const void *c;
    int first;
    bool is_wrong[COLUMNS];
    size_t outside[COLUMNS];
};

static void look_at_columns(void *work, size_t i, size_t end)
{
    struct columns *t = work;
    const struct gst_gemm_shape *shape = &t->exact->shape;

    for (; i < end; i++) {
        const int column = t->first + (int)i;

        t->is_wrong[i] = count_column(t->exact, t->type, t->c, column) > 0;
        t->outside[i] = 0;
        for (int row = shape->m; row < shape->ldc; row++)
            t->outside[i] +=
                !is_poison(t->type, t->c, (size_t)column * (size_t)shape->ldc + (size_t)row);
    }
}

static void note_columns(struct gst_gemm_wrong *found, const struct columns *t, int count)
{
    for (int i = 0; i < count; i++) {
        found->checked += (size_t)t->exact->shape.m;
        found->outside += t->outside[i];
        for (int row = 0; t->is_wrong[i] && row < t->exact->shape.m; row++)
            note(found, t->exact, t->type, t->c, row, t->first + i);
    }
}

static bool is_swapped(const struct gst_gemm_exact *exact, enum gst_gemm_type type, const void *c)
{
    const struct gst_gemm_shape *shape = &exact->shape;

    if (exact->swapped == NULL)
        return false;
    for (int column = 0; column < shape->n; column++) {
        for (int row = 0; row < shape->m; row++) {
            const size_t index = (size_t)column * (size_t)shape->ldc + (size_t)row;

            if (output(type, c, index) != (double)gst_gemm_exact_swapped(exact, row, column))
                return false;
        }
    }
    return true;
}

static bool is_tile(const struct gst_gemm_wrong *found)
{
    const double block = (double)(found->row_last - found->row_first + 1)
                         * (double)(found->column_last - found->column_first + 1);

    return found->wrong >= TILE_LEAST && (double)found->wrong >= TILE_FILL_LEAST * block
           && block <= TILE_SHARE_MOST * (double)found->checked;
}

static enum gst_gemm_wrong_kind kind_of(const struct gst_gemm_wrong *found,
                                        const struct gst_gemm_exact *exact, enum gst_gemm_type type,
                                        const void *c)
{
    if (found->wrong == 0)
        return found->outside > 0 ? GST_GEMM_WRONG_OUTSIDE : GST_GEMM_RIGHT;
    if (found->unwritten > 0)
        return GST_GEMM_WRONG_UNWRITTEN;
    if (found->not_finite > 0)
        return GST_GEMM_WRONG_NAN;
    if (found->wrong > found->checked / 2 && is_swapped(exact, type, c))
        return GST_GEMM_WRONG_SWAPPED;
    if (found->off_by_odd == found->checked)
        return GST_GEMM_WRONG_TF32;
    return is_tile(found) ? GST_GEMM_WRONG_TILE : GST_GEMM_WRONG_ELEMENTS;
}

struct gst_gemm_wrong gst_gemm_check(const struct gst_gemm_exact *exact, enum gst_gemm_type type,
                                     const void *c)
{
    const struct gst_gemm_shape *shape = &exact->shape;
    struct gst_gemm_wrong found = { .wrong = 0 };
    struct columns columns = { .exact = exact, .type = type, .c = c };

    for (; columns.first < shape->n; columns.first += COLUMNS) {
        const int left = shape->n - columns.first, count = left < COLUMNS ? left : COLUMNS;

        gst_share((size_t)count, GST_GEMM_PART / (size_t)shape->ldc + 1, look_at_columns, &columns);
        note_columns(&found, &columns, count);
    }
    found.kind = kind_of(&found, exact, type, c);
    return found;
}

static const char *const what_is_wrong[] = {
    [GST_GEMM_RIGHT] = "as expected",
    [GST_GEMM_WRONG_ELEMENTS] = "wrong",
    [GST_GEMM_WRONG_TILE] = "wrong, all in one block",
    [GST_GEMM_WRONG_NAN] = "wrong, some are no numbers",
    [GST_GEMM_WRONG_UNWRITTEN] = "wrong, some were never written",
    [GST_GEMM_WRONG_SWAPPED] = "wrong: it is the product of the operands in the other order",
    [GST_GEMM_WRONG_TF32] = "off as much as inputs rounded to TF32 make it",
};

const char *gst_gemm_describe_wrong(const struct gst_gemm_wrong *wrong,
                                    const struct gst_gemm_shape *shape, char *text, size_t size)
{
    char place[96];

    if (wrong->wrong == 0) {
        snprintf(text, size,
                 "%zu elements of the product '%s' (%d x %d x %d) are right, but %zu beside them "
                 "were written",
                 wrong->checked, shape->name, shape->m, shape->n, shape->k, wrong->outside);
        return text;
    }
    if (wrong->wrong == 1)
        snprintf(place, sizeof(place), "row %d, column %d:", wrong->row, wrong->column);
    else
        snprintf(place, sizeof(place), "rows %d to %d, columns %d to %d; the first is",
                 wrong->row_first, wrong->row_last, wrong->column_first, wrong->column_last);
    snprintf(text, size,
             "%zu of %zu elements of the product '%s' (%d x %d x %d) %s %s; %s %.9g, expected %.9g",
             wrong->wrong, wrong->checked, shape->name, shape->m, shape->n, shape->k,
             wrong->wrong == 1 ? "is" : "are", what_is_wrong[wrong->kind], place, wrong->observed,
             wrong->expected);
    return text;
}
