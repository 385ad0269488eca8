/* SPDX-License-Identifier: Apache-2.0 */
/* Products made the long way; see gemm_matrices.h. */
#include "gemm_matrices.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gpu/gemm/element.h"
#include "gpu/gemm/random.h"

static double at(enum gst_gemm_type type, const void *elements, int row, int column, int ld)
{
    double value;

    gst_gemm_load(type, elements, (size_t)column * (size_t)ld + (size_t)row, &value, 1);
    return value;
}

static enum gst_gemm_type type_of_c(const struct matrices *x)
{
    return x->type == GST_GEMM_FP64 ? GST_GEMM_FP64 : GST_GEMM_FP32;
}

void matrices_init(struct matrices *x, enum gst_gemm_type type, const struct gst_gemm_shape *shape)
{
    const size_t c_bytes = gst_gemm_c_elements(shape) * gst_gemm_output_bytes(type);

    *x = (struct matrices){ .type = type, .shape = *shape };
    x->a = malloc(gst_gemm_a_elements(shape) * gst_gemm_input_bytes(type));
    x->b = malloc(gst_gemm_b_elements(shape) * gst_gemm_input_bytes(type));
    x->c = malloc(c_bytes);
    assert_true(x->a != NULL && x->b != NULL && x->c != NULL);
    memset(x->c, GST_GEMM_POISON, c_bytes);
}

void matrices_random(struct matrices *x, enum gst_gemm_type type, struct gst_gemm_shape shape)
{
    matrices_init(x, type, &shape);
    gst_gemm_random_fill(type, x->a, gst_gemm_a_elements(&shape), 1);
    gst_gemm_random_fill(type, x->b, gst_gemm_b_elements(&shape), 2);
}

void matrices_release(struct matrices *x)
{
    free(x->a);
    free(x->b);
    free(x->c);
}

double matrices_a(const struct matrices *x, int row, int l)
{
    const struct gst_gemm_shape *s = &x->shape;

    return s->a_transposed ? at(x->type, x->a, l, row, s->lda) : at(x->type, x->a, row, l, s->lda);
}

double matrices_b(const struct matrices *x, int l, int column)
{
    const struct gst_gemm_shape *s = &x->shape;

    return s->b_transposed ? at(x->type, x->b, column, l, s->ldb)
                           : at(x->type, x->b, l, column, s->ldb);
}

double matrices_c(const struct matrices *x, int row, int column)
{
    return at(type_of_c(x), x->c, row, column, x->shape.ldc);
}

void matrices_put(struct matrices *x, int row, int column, double value)
{
    gst_gemm_store(type_of_c(x), x->c, (size_t)column * (size_t)x->shape.ldc + (size_t)row, &value,
                   1);
}

static double sum_of(const struct matrices *x, int row, int column, bool is_backwards)
{
    double sum = 0;
    float single = 0;

    for (int i = 0; i < x->shape.k; i++) {
        const int l = is_backwards ? x->shape.k - 1 - i : i;
        const double a = matrices_a(x, row, l), b = matrices_b(x, l, column);

        sum += a * b;
        single += (float)a * (float)b;
    }
    return x->type == GST_GEMM_FP64 ? sum : (double)single;
}

void matrices_multiply(struct matrices *x, bool is_backwards)
{
    for (int column = 0; column < x->shape.n; column++) {
        for (int row = 0; row < x->shape.m; row++)
            matrices_put(x, row, column, sum_of(x, row, column, is_backwards));
    }
}

static double truncated_sum_of(const struct matrices *x, int row, int column)
{
    double sum = 0;

    for (int first = 0; first < x->shape.k; first += 8) {
        float single;

        for (int l = first; l < first + 8; l++)
            sum += matrices_a(x, row, l) * matrices_b(x, l, column);
        single = (float)sum;
        if (fabs((double)single) > fabs(sum))
            single = nextafterf(single, 0);
        sum = (double)single;
    }
    return sum;
}

void matrices_multiply_truncating(struct matrices *x)
{
    for (int column = 0; column < x->shape.n; column++) {
        for (int row = 0; row < x->shape.m; row++)
            matrices_put(x, row, column, truncated_sum_of(x, row, column));
    }
}

void exact_product_init(struct exact_product *t, enum gst_gemm_type type,
                        const struct gst_gemm_shape *shape, enum gst_gemm_numbers numbers)
{
    struct gst_status st = GST_STATUS_INIT;

    assert_true(gst_gemm_exact_init(&t->exact, shape, numbers, 7, &st));
    matrices_init(&t->m, type, shape);
    gst_gemm_exact_fill_a(&t->exact, type, t->m.a);
    gst_gemm_exact_fill_b(&t->exact, type, t->m.b);
}

void exact_product_release(struct exact_product *t)
{
    gst_gemm_exact_release(&t->exact);
    matrices_release(&t->m);
}

struct gst_gemm_wrong exact_product_check(const struct exact_product *t)
{
    return gst_gemm_check(&t->exact, t->m.type, t->m.c);
}
