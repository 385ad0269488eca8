/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of random numbers by Freivalds' check: what is right passes in every type and order of
 * summation, and what is wrong by more than its bound does not.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gemm_matrices.h"
#include "gpu/gemm/bound.h"
#include "gpu/gemm/freivalds.h"

static struct gst_gemm_far by_freivalds(const struct matrices *t)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_freivalds f;
    struct gst_gemm_far far;

    assert_true(gst_freivalds_init(&f, t->type, &t->shape, t->a, t->b, 99, &st));
    assert_true(gst_freivalds_check(&f, t->c, &far, &st));
    gst_freivalds_release(&f);
    return far;
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
            struct matrices t;

            shape.n = sizes[i].n;
            shape.k = sizes[i].k;
            shape.ldb = shape.k + 3;
            shape.ldc = shape.m + 2;
            matrices_random(&t, type, shape);
            matrices_multiply(&t, i & 1);
            far = by_freivalds(&t);
            assert_int_equal(far.wrong, 0);
            assert_int_equal(far.checked, (size_t)shape.m * (size_t)shape.n);
            matrices_release(&t);
        }
    }
}

static void test_freivalds__truncated_sums_pass(void **state)
{
    struct matrices t;

    (void)state;
    matrices_random(&t, GST_GEMM_FP16, gst_gemm_square(256));
    matrices_multiply_truncating(&t);
    assert_int_equal(by_freivalds(&t).wrong, 0);
    matrices_release(&t);
}

/* One element that is off is found where it is; it is put right again. */
static void assert_wrong_shows(struct matrices *t, int row, int column, double off)
{
    const double right = matrices_c(t, row, column);
    struct gst_gemm_far far;

    matrices_put(t, row, column, right + off);
    far = by_freivalds(t);
    assert_int_equal(far.wrong, 1);
    assert_int_equal(far.row, row);
    assert_in_range(column, far.column_first, far.column_last);
    matrices_put(t, row, column, right);
}

static void test_freivalds__any_wrong_element_shows(void **state)
{
    const double off[] = { 0.1, -0.1, (double)NAN, (double)INFINITY, -1e30 };
    struct matrices t;

    (void)state;
    matrices_random(&t, GST_GEMM_FP32, gst_gemm_square(160));
    matrices_multiply(&t, false);
    /* 7.53 sqrt(10) x 160 / 8 x 2^-23 x 2 sqrt(160) = 0.0014 */
    assert_true(gst_gemm_sum_bound(GST_GEMM_FP32, 160, 10) < 0.002);
    for (int i = 0; i < 50; i++) {
        const int row = i * 37 % 160, column = i * 13 % 160;

        assert_wrong_shows(&t, row, column, off[i % 5]);
    }
    matrices_release(&t);
}

static void show_wrong_elements(struct gst_gemm_shape shape)
{
    struct matrices t;

    matrices_random(&t, GST_GEMM_FP32, shape);
    matrices_multiply(&t, false);
    assert_int_equal(by_freivalds(&t).wrong, 0);
    for (int row = 0; row < shape.m; row += (shape.m - 1) / 9) {
        const int column = row % 2 == 0 ? 0 : shape.n - 1;

        assert_wrong_shows(&t, row, column, 1);
    }
    matrices_release(&t);
}

/* Large enough for several strips of C's rows, and of B's; the last of each is short, and so is
 * what is left of k. */
static void test_freivalds__wrong_elements_show_in_every_strip(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct gst_gemm_shape shape = gst_gemm_square(i == 0 ? 1108 : 136);

        shape.n = 33;
        shape.k = i == 0 ? 71 : 1031;
        shape.ldb = shape.k;
        show_wrong_elements(shape);
    }
}

static void test_freivalds__exchanged_elements_and_operands_show(void **state)
{
    struct matrices t;
    double one, two;
    void *a;

    (void)state;
    matrices_random(&t, GST_GEMM_FP64, gst_gemm_square(128));
    matrices_multiply(&t, false);
    /* In one row and one block, so that plain sums would not see it. */
    one = matrices_c(&t, 9, 16);
    two = matrices_c(&t, 9, 17);
    matrices_put(&t, 9, 16, two);
    matrices_put(&t, 9, 17, one);
    /* Half of all signs are equal and hide that; rows of all blocks cannot. */
    for (int row = 0; row < 128; row++) {
        for (int column = 0; column < 128; column += 2) {
            one = matrices_c(&t, row, column);
            matrices_put(&t, row, column, matrices_c(&t, row, column + 1));
            matrices_put(&t, row, column + 1, one);
        }
    }
    assert_true(by_freivalds(&t).wrong > 128);
    a = t.a;
    t.a = t.b;
    t.b = a;
    matrices_multiply(&t, false);
    t.b = t.a;
    t.a = a;
    assert_true(by_freivalds(&t).wrong > 128);
    matrices_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freivalds__right_products_pass),
        cmocka_unit_test(test_freivalds__truncated_sums_pass),
        cmocka_unit_test(test_freivalds__any_wrong_element_shows),
        cmocka_unit_test(test_freivalds__wrong_elements_show_in_every_strip),
        cmocka_unit_test(test_freivalds__exchanged_elements_and_operands_show),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
