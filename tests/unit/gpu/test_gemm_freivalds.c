/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random products against the host: what is right passes in every type and order of summation,
 * and what is wrong by more than its bound does not, in a whole reference and by Freivalds' check.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gpu/gemm/bound.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/freivalds.h"
#include "gpu/gemm/random.h"
#include "gpu/gemm/reference.h"

struct bench {
    struct gst_gemm_shape shape;
    enum gst_gemm_type type;
    void *a, *b, *c;
};

static double at(enum gst_gemm_type type, const void *x, int row, int column, int ld)
{
    double value;

    gst_gemm_load(type, x, (size_t)column * (size_t)ld + (size_t)row, &value, 1);
    return value;
}

static double get(const struct bench *t, int row, int column)
{
    double value;

    gst_gemm_load_output(t->type, t->c, (size_t)column * (size_t)t->shape.ldc + (size_t)row, &value,
                         1);
    return value;
}

static void put(struct bench *t, int row, int column, double value)
{
    gst_gemm_store(t->type == GST_GEMM_FP64 ? GST_GEMM_FP64 : GST_GEMM_FP32, t->c,
                   (size_t)column * (size_t)t->shape.ldc + (size_t)row, &value, 1);
}

/* One after the other, backwards if asked; C's own precision. */
static void multiply(struct bench *t, bool is_backwards)
{
    const struct gst_gemm_shape *s = &t->shape;

    for (int j = 0; j < s->n; j++) {
        for (int i = 0; i < s->m; i++) {
            double sum = 0;
            float single = 0;

            for (int at_l = 0; at_l < s->k; at_l++) {
                const int l = is_backwards ? s->k - 1 - at_l : at_l;
                const double x = s->a_transposed ? at(t->type, t->a, l, i, s->lda)
                                                 : at(t->type, t->a, i, l, s->lda);
                const double y = s->b_transposed ? at(t->type, t->b, j, l, s->ldb)
                                                 : at(t->type, t->b, l, j, s->ldb);

                sum += x * y;
                single += (float)x * (float)y;
            }
            put(t, i, j, t->type == GST_GEMM_FP64 ? sum : (double)single);
        }
    }
}

static void open_bench(struct bench *t, enum gst_gemm_type type, struct gst_gemm_shape shape)
{
    *t = (struct bench){ .type = type, .shape = shape };
    t->a = malloc(gst_gemm_a_elements(&shape) * gst_gemm_input_bytes(type));
    t->b = malloc(gst_gemm_b_elements(&shape) * gst_gemm_input_bytes(type));
    t->c = malloc(gst_gemm_c_elements(&shape) * gst_gemm_output_bytes(type));
    gst_gemm_random_fill(type, t->a, gst_gemm_a_elements(&shape), 1);
    gst_gemm_random_fill(type, t->b, gst_gemm_b_elements(&shape), 2);
}

static void close_bench(struct bench *t)
{
    free(t->a);
    free(t->b);
    free(t->c);
}

static struct gst_gemm_far by_reference(const struct bench *t)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_gemm_reference reference;
    struct gst_gemm_far far;

    assert_true(gst_gemm_reference_init(&reference, t->type, &t->shape, t->a, t->b, &st));
    far = gst_gemm_reference_check(&reference, t->c);
    gst_gemm_reference_release(&reference);
    return far;
}

static struct gst_gemm_far by_freivalds(const struct bench *t)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_freivalds f;
    struct gst_gemm_far far;

    assert_true(gst_freivalds_init(&f, t->type, &t->shape, t->a, t->b, 99, &st));
    assert_true(gst_freivalds_check(&f, t->c, &far, &st));
    gst_freivalds_release(&f);
    return far;
}

static void test_reference__right_products_pass(void **state)
{
    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        for (int i = 0; i < GST_GEMM_SHAPES; i++) {
            struct bench t;

            open_bench(&t, type, gst_gemm_shape_of(i, 64));
            multiply(&t, i & 1);
            assert_int_equal(by_reference(&t).wrong, 0);
            assert_int_equal(by_reference(&t).checked, (size_t)t.shape.m * (size_t)t.shape.n);
            close_bench(&t);
        }
    }
}

static void test_reference__any_wrong_element_shows(void **state)
{
    struct bench t;

    (void)state;
    open_bench(&t, GST_GEMM_FP16, gst_gemm_shape_of(2, 64));
    multiply(&t, false);
    for (int i = 0; i < 40; i++) {
        const int row = i * 31 % t.shape.m, column = i * 7 % t.shape.n;
        const double right = get(&t, row, column);
        struct gst_gemm_far far;

        /* k = 49: the bound is at most 49 x 2^-23 x 49. */
        put(&t, row, column, right + 3e-4);
        far = by_reference(&t);
        assert_int_equal(far.wrong, 1);
        assert_int_equal(far.row, row);
        assert_int_equal(far.column_first, column);
        put(&t, row, column, i & 1 ? (double)NAN : (double)INFINITY);
        assert_int_equal(by_reference(&t).not_finite, 1);
        put(&t, row, column, right);
    }
    close_bench(&t);
}

static void test_freivalds__right_products_pass(void **state)
{
    static const struct {
        int m, n, k;
    } sizes[] = { { 128, 128, 128 }, { 257, 100, 63 }, { 300, 7, 515 }, { 1, 1, 1 } };

    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            struct gst_gemm_shape shape = gst_gemm_square(sizes[i].m);
            struct gst_gemm_far far;
            struct bench t;

            shape.n = sizes[i].n;
            shape.k = sizes[i].k;
            shape.ldb = shape.k + 3;
            shape.ldc = shape.m + 2;
            open_bench(&t, type, shape);
            multiply(&t, i & 1);
            far = by_freivalds(&t);
            assert_int_equal(far.wrong, 0);
            assert_int_equal(far.checked, (size_t)shape.m * (size_t)shape.n);
            close_bench(&t);
        }
    }
}

/* Sums that are cut off instead of rounded, as tensor cores do to sums of eight products. */
static void test_freivalds__truncated_sums_pass(void **state)
{
    struct bench t;

    (void)state;
    open_bench(&t, GST_GEMM_FP16, gst_gemm_square(256));
    for (int j = 0; j < t.shape.n; j++) {
        for (int i = 0; i < t.shape.m; i++) {
            double sum = 0;

            for (int l = 0; l < t.shape.k; l += 8) {
                float single;

                for (int e = l; e < l + 8; e++)
                    sum += at(t.type, t.a, i, e, t.shape.lda) * at(t.type, t.b, e, j, t.shape.ldb);
                single = (float)sum;
                if (fabs((double)single) > fabs(sum))
                    single = nextafterf(single, 0);
                sum = (double)single;
            }
            put(&t, i, j, sum);
        }
    }
    assert_int_equal(by_freivalds(&t).wrong, 0);
    assert_int_equal(by_reference(&t).wrong, 0);
    close_bench(&t);
}

static void test_freivalds__any_wrong_element_shows(void **state)
{
    const double off[] = { 0.1, -0.1, (double)NAN, (double)INFINITY, -1e30 };
    struct bench t;

    (void)state;
    open_bench(&t, GST_GEMM_FP32, gst_gemm_square(160));
    multiply(&t, false);
    /* 7.53 sqrt(10) x 160 / 8 x 2^-23 x 2 sqrt(160) = 0.0014 */
    assert_true(gst_gemm_sum_bound(GST_GEMM_FP32, 160, 10) < 0.002);
    for (int i = 0; i < 50; i++) {
        const int row = i * 37 % 160, column = i * 13 % 160;
        const double right = get(&t, row, column);
        struct gst_gemm_far far;

        put(&t, row, column, right + off[i % 5]);
        far = by_freivalds(&t);
        assert_int_equal(far.wrong, 1);
        assert_int_equal(far.row, row);
        assert_in_range(column, far.column_first, far.column_last);
        put(&t, row, column, right);
    }
    close_bench(&t);
}

static void test_freivalds__exchanged_elements_and_operands_show(void **state)
{
    struct bench t;
    double one, two;
    void *a;

    (void)state;
    open_bench(&t, GST_GEMM_FP64, gst_gemm_square(128));
    multiply(&t, false);
    /* In one row and one block, so that plain sums would not see it. */
    one = get(&t, 9, 16);
    two = get(&t, 9, 17);
    put(&t, 9, 16, two);
    put(&t, 9, 17, one);
    /* Half of all signs are equal and hide that; rows of all blocks cannot. */
    for (int row = 0; row < 128; row++) {
        for (int column = 0; column < 128; column += 2) {
            one = get(&t, row, column);
            put(&t, row, column, get(&t, row, column + 1));
            put(&t, row, column + 1, one);
        }
    }
    assert_true(by_freivalds(&t).wrong > 128);
    a = t.a;
    t.a = t.b;
    t.b = a;
    multiply(&t, false);
    t.b = t.a;
    t.a = a;
    assert_true(by_freivalds(&t).wrong > 128);
    close_bench(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference__right_products_pass),
        cmocka_unit_test(test_reference__any_wrong_element_shows),
        cmocka_unit_test(test_freivalds__right_products_pass),
        cmocka_unit_test(test_freivalds__truncated_sums_pass),
        cmocka_unit_test(test_freivalds__any_wrong_element_shows),
        cmocka_unit_test(test_freivalds__exchanged_elements_and_operands_show),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
