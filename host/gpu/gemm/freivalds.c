/* SPDX-License-Identifier: Apache-2.0 */
/* Freivalds' check; see freivalds.h. */
#include "gpu/gemm/freivalds.h"

#include <stdlib.h>

#include "gpu/gemm/bound.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/random.h"

#define BLOCKS GST_FREIVALDS_BLOCKS

/* Rows that are summed at a time, for all blocks: 32 KiB, the first cache. */
#define ROWS 256

static int blocks_of(const struct gst_freivalds *f)
{
    return (f->shape.n + f->columns - 1) / f->columns;
}

/* B x of each block: BLOCKS numbers for each of k. */
static void multiply_by_signs(const struct gst_freivalds *f, const void *b, double *column,
                              double *bx)
{
    const struct gst_gemm_shape *shape = &f->shape;

    for (int j = 0; j < shape->n; j++) {
        double *to = bx + j / f->columns;

        gst_gemm_load(f->type, b, (size_t)j * (size_t)shape->ldb, column, (size_t)shape->k);
        for (int l = 0; l < shape->k; l++)
            to[(size_t)l * BLOCKS] += f->signs[j] * column[l];
    }
}

static void multiply_rows(const struct gst_freivalds *f, const void *a, const double *bx, int first,
                          int count)
{
    const struct gst_gemm_shape *shape = &f->shape;
    double sums[BLOCKS][ROWS] = { { 0 } };
    double rows[ROWS] = { 0 };

    for (int l = 0; l < shape->k; l++) {
        gst_gemm_load(f->type, a, (size_t)l * (size_t)shape->lda + (size_t)first, rows,
                      (size_t)count);
        for (int block = 0; block < BLOCKS; block++) {
            const double value = bx[(size_t)l * BLOCKS + (size_t)block];

            for (int i = 0; i < ROWS; i++)
                sums[block][i] += rows[i] * value;
        }
    }
    for (int block = 0; block < blocks_of(f); block++) {
        for (int i = 0; i < count; i++)
            f->sums[(size_t)block * (size_t)shape->m + (size_t)(first + i)] = sums[block][i];
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
    double *work = calloc(k * BLOCKS + k, sizeof(*work));

    *f = (struct gst_freivalds){ .type = type, .shape = *shape };
    f->columns = (shape->n + BLOCKS - 1) / BLOCKS;
    f->signs = malloc((n + m * BLOCKS) * sizeof(*f->signs));
    if (work == NULL || f->signs == NULL) {
        free(work);
        gst_freivalds_release(f);
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to check a product of %d x %d",
                        shape->m, shape->n);
    }
    f->sums = f->signs + n;
    choose_signs(f, seed);
    multiply_by_signs(f, b, work + k * BLOCKS, work);
    for (int first = 0; first < shape->m; first += ROWS)
        multiply_rows(f, a, work, first, shape->m - first < ROWS ? shape->m - first : ROWS);
    free(work);
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
    double *work = malloc(2 * m * sizeof(*work));
    double *column = work;
    double *sum = work + m;

    *far = (struct gst_gemm_far){ .checked = m * (size_t)shape->n };
    if (work == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to check a product of %d rows",
                        shape->m);
    for (int block = 0; block < blocks_of(f); block++) {
        const int first = block * f->columns;
        const int end = first + f->columns < shape->n ? first + f->columns : shape->n;
        const double bound = gst_gemm_sum_bound(f->type, shape->k, end - first);

        for (size_t i = 0; i < m; i++)
            sum[i] = 0;
        for (int j = first; j < end; j++) {
            gst_gemm_load_output(f->type, c, (size_t)j * (size_t)shape->ldc, column, m);
            for (size_t i = 0; i < m; i++)
                sum[i] += f->signs[j] * column[i];
        }
        for (int i = 0; i < shape->m; i++)
            gst_gemm_far_note(far, i, first, end - 1, f->sums[(size_t)block * m + (size_t)i],
                              sum[(size_t)i], bound);
    }
    free(work);
    return true;
}
