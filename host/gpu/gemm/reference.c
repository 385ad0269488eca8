/* SPDX-License-Identifier: Apache-2.0 */
/* A whole product on the host; see reference.h. */
#include "gpu/gemm/reference.h"

#include <math.h>
#include <stdlib.h>

#include "gpu/gemm/bound.h"
#include "gpu/gemm/element.h"

/* Rows that are summed at a time: what an inner loop adds to stays in the first cache. */
#define ROWS 256

/* Rows `first` and on of column `l` of op(A), zeros past the last. */
static void load_rows(const struct gst_gemm_reference *r, const void *a, int first, int count,
                      int l, double rows[ROWS])
{
    const struct gst_gemm_shape *shape = &r->shape;

    if (!shape->a_transposed) {
        gst_gemm_load(r->type, a, (size_t)l * (size_t)shape->lda + (size_t)first, rows,
                      (size_t)count);
    } else {
        for (int i = 0; i < count; i++)
            gst_gemm_load(r->type, a, (size_t)(first + i) * (size_t)shape->lda + (size_t)l,
                          rows + i, 1);
    }
    for (int i = count; i < ROWS; i++)
        rows[i] = 0;
}

static double element_of_b(const struct gst_gemm_reference *r, const void *b, int l, int column)
{
    const size_t ld = (size_t)r->shape.ldb;
    double value;

    gst_gemm_load(r->type, b,
                  r->shape.b_transposed ? (size_t)l * ld + (size_t)column
                                        : (size_t)column * ld + (size_t)l,
                  &value, 1);
    return value;
}

static void multiply_rows(struct gst_gemm_reference *r, const double *a, const void *b, int first,
                          int count)
{
    for (int column = 0; column < r->shape.n; column++) {
        const size_t at = (size_t)column * (size_t)r->shape.m + (size_t)first;
        double sum[ROWS] = { 0 };
        double magnitude[ROWS] = { 0 };

        for (int l = 0; l < r->shape.k; l++) {
            const double *rows = a + (size_t)l * ROWS;
            const double value = element_of_b(r, b, l, column);

            for (int i = 0; i < ROWS; i++) {
                sum[i] += rows[i] * value;
                magnitude[i] += fabs(rows[i] * value);
            }
        }
        for (int i = 0; i < count; i++) {
            r->c[at + (size_t)i] = sum[i];
            r->magnitude[at + (size_t)i] = magnitude[i];
        }
    }
}

bool gst_gemm_reference_init(struct gst_gemm_reference *reference, enum gst_gemm_type type,
                             const struct gst_gemm_shape *shape, const void *a, const void *b,
                             struct gst_status *st)
{
    const size_t elements = (size_t)shape->m * (size_t)shape->n;
    double *rows = malloc((size_t)shape->k * ROWS * sizeof(*rows));
    double *c = malloc(2 * elements * sizeof(*c));

    *reference = (struct gst_gemm_reference){ .type = type, .shape = *shape };
    if (rows == NULL || c == NULL) {
        free(rows);
        free(c);
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for a product of %zu elements",
                        elements);
    }
    reference->c = c;
    reference->magnitude = c + elements;
    for (int first = 0; first < shape->m; first += ROWS) {
        const int count = shape->m - first < ROWS ? shape->m - first : ROWS;

        for (int l = 0; l < shape->k; l++)
            load_rows(reference, a, first, count, l, rows + (size_t)l * ROWS);
        multiply_rows(reference, rows, b, first, count);
    }
    free(rows);
    return true;
}

void gst_gemm_reference_release(struct gst_gemm_reference *reference)
{
    free(reference->c);
    *reference = (struct gst_gemm_reference){ .c = NULL };
}

struct gst_gemm_far gst_gemm_reference_check(const struct gst_gemm_reference *reference,
                                             const void *c)
{
    const struct gst_gemm_shape *shape = &reference->shape;
    struct gst_gemm_far far = { .checked = (size_t)shape->m * (size_t)shape->n };

    for (int column = 0; column < shape->n; column++) {
        for (int row = 0; row < shape->m; row++) {
            const size_t at = (size_t)column * (size_t)shape->m + (size_t)row;
            double observed;

            gst_gemm_load_output(reference->type, c,
                                 (size_t)column * (size_t)shape->ldc + (size_t)row, &observed, 1);
            gst_gemm_far_note(
                &far, row, column, column, reference->c[at], observed,
                gst_gemm_element_bound(reference->type, shape->k, reference->magnitude[at]));
        }
    }
    return far;
}
