/* SPDX-License-Identifier: Apache-2.0 */
/* Freivalds' check; see freivalds.h. */
#include "gpu/gemm/freivalds.h"

#include <stdlib.h>

#include "gpu/gemm/bound.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/random.h"
#include "gpu/share.h"

#define BLOCKS GST_FREIVALDS_BLOCKS

/* Rows that are summed at a time: of a matrix whose columns are added up, a page; and for all
 * blocks, half of the first cache. */
#define ROWS_OF_SUMS 1024
#define ROWS         128

/* Columns that are multiplied at a time, so that sums are fetched and stored less often. */
#define COLUMNS 4

static int blocks_of(const struct gst_freivalds *f)
{
    return (f->shape.n + f->columns - 1) / f->columns;
}

static int end_of(const struct gst_freivalds *f, int block)
{
    const int end = (block + 1) * f->columns;

    return end < f->shape.n ? end : f->shape.n;
}

/* A matrix times the signs of each block of its columns. */
struct signed_sums {
    const struct gst_freivalds *f;
    void (*load)(enum gst_gemm_type type, const void *elements, size_t first, double *numbers,
                 size_t count);
    const void *elements;
    size_t ld, rows;
    double *sums; /* `rows` of each block */
};

static size_t strips_of(const struct signed_sums *t)
{
    return (t->rows + ROWS_OF_SUMS - 1) / ROWS_OF_SUMS;
}

/* Items are the strips of rows of the first block, then of the next. */
static void sum_strips(void *work, size_t item, size_t end)
{
    const struct signed_sums *t = work;
    double column[ROWS_OF_SUMS];

    for (; item < end; item++) {
        const int block = (int)(item / strips_of(t));
        const size_t first = item % strips_of(t) * ROWS_OF_SUMS;
        const size_t count = t->rows - first < ROWS_OF_SUMS ? t->rows - first : ROWS_OF_SUMS;
        double *sums = t->sums + (size_t)block * t->rows + first;

        for (size_t i = 0; i < count; i++)
            sums[i] = 0;
        for (int j = block * t->f->columns; j < end_of(t->f, block); j++) {
            const double sign = t->f->signs[j];

            t->load(t->f->type, t->elements, (size_t)j * t->ld + first, column, count);
            for (size_t i = 0; i < count; i++)
                sums[i] += sign * column[i];
        }
    }
}

static void multiply_by_signs(struct signed_sums *t)
{
    gst_share((size_t)blocks_of(t->f) * strips_of(t), 1, sum_strips, t);
}

/* A times B x. */
struct multiplied {
    const struct gst_freivalds *f;
    const void *a;
    const double *bx; /* k of each block */
};

/* COLUMNS of A from `l` on, of ROWS rows; zeros beyond its edges. */
static void load_columns(const struct multiplied *t, int l, size_t first, size_t count,
                         double columns[COLUMNS][ROWS])
{
    const struct gst_gemm_shape *shape = &t->f->shape;

    for (int i = 0; i < COLUMNS && l + i < shape->k; i++)
        gst_gemm_load(t->f->type, t->a, (size_t)(l + i) * (size_t)shape->lda + first, columns[i],
                      count);
    for (int i = shape->k - l; i < COLUMNS; i++) {
        for (size_t row = 0; row < ROWS; row++)
            columns[i][row] = 0;
    }
}

static void add_columns(double sums[ROWS], double columns[COLUMNS][ROWS],
                        const double factors[COLUMNS])
{
    for (int i = 0; i < ROWS; i++)
        sums[i] += columns[0][i] * factors[0] + columns[1][i] * factors[1]
                   + columns[2][i] * factors[2] + columns[3][i] * factors[3];
}

static void multiply_rows(void *work, size_t first, size_t end)
{
    const struct multiplied *t = work;
    const struct gst_gemm_shape *shape = &t->f->shape;
    double sums[BLOCKS][ROWS] = { { 0 } };
    double columns[COLUMNS][ROWS] = { { 0 } };

    for (int l = 0; l < shape->k; l += COLUMNS) {
        load_columns(t, l, first, end - first, columns);
        for (int block = 0; block < blocks_of(t->f); block++) {
            const double *bx = t->bx + (size_t)block * (size_t)shape->k;
            double factors[COLUMNS] = { 0 };

            for (int i = 0; i < COLUMNS && l + i < shape->k; i++)
                factors[i] = bx[l + i];
            add_columns(sums[block], columns, factors);
        }
    }
    for (int block = 0; block < blocks_of(t->f); block++) {
        for (size_t i = first; i < end; i++)
            t->f->sums[(size_t)block * (size_t)shape->m + i] = sums[block][i - first];
    }
}

static void choose_signs(struct gst_freivalds *f, uint64_t seed)
{
    for (int j = 0; j < f->shape.n; j++)
        f->signs[j] = gst_gemm_random_bits(seed, (uint64_t)j) & 1 ? 1 : -1;
}

bool gst_freivalds_init(struct gst_freivalds *f, enum gst_gemm_type type,
                        const struct gst_gemm_shape *shape, const void *a, const void *b,
                        uint64_t seed, struct gst_status *st)
{
    const size_t m = (size_t)shape->m, n = (size_t)shape->n, k = (size_t)shape->k;
    double *bx = malloc(k * BLOCKS * sizeof(*bx));
    struct signed_sums columns;
    struct multiplied rows;

    *f = (struct gst_freivalds){ .type = type, .shape = *shape };
    f->columns = (shape->n + BLOCKS - 1) / BLOCKS;
    f->signs = malloc((n + m * BLOCKS) * sizeof(*f->signs));
    if (bx == NULL || f->signs == NULL) {
        free(bx);
        gst_freivalds_release(f);
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to check a product of %d x %d",
                        shape->m, shape->n);
    }
    f->sums = f->signs + n;
    choose_signs(f, seed);
    columns = (struct signed_sums){ f, gst_gemm_load, b, (size_t)shape->ldb, k, bx };
    multiply_by_signs(&columns);
    rows = (struct multiplied){ f, a, bx };
    gst_share(m, ROWS, multiply_rows, &rows);
    free(bx);
    return true;
}

void gst_freivalds_release(struct gst_freivalds *f)
{
    free(f->signs);
    *f = (struct gst_freivalds){ .signs = NULL };
}

bool gst_freivalds_check(const struct gst_freivalds *f, const void *c, struct gst_gemm_far *far,
                         struct gst_status *st)
{
    const struct gst_gemm_shape *shape = &f->shape;
    const size_t m = (size_t)shape->m;
    double *sums = malloc(m * BLOCKS * sizeof(*sums));
    struct signed_sums columns = { f, gst_gemm_load_output, c, (size_t)shape->ldc, m, sums };

    *far = (struct gst_gemm_far){ .checked = m * (size_t)shape->n };
    if (sums == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to check a product of %d rows",
                        shape->m);
    multiply_by_signs(&columns);
    for (int block = 0; block < blocks_of(f); block++) {
        const int first = block * f->columns, end = end_of(f, block);
        const double bound = gst_gemm_sum_bound(f->type, shape->k, end - first);

        for (size_t i = 0; i < m; i++)
            gst_gemm_far_note(far, (int)i, first, end - 1, f->sums[(size_t)block * m + i],
                              sums[(size_t)block * m + i], bound);
    }
    free(sums);
    return true;
}
