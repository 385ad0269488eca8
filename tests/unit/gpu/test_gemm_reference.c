/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of random numbers against one made on the host: what is right passes in every type and
 * order of summation, and what is wrong by more than its bound does not.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gemm_matrices.h"
#include "gpu/gemm/reference.h"

static struct gst_gemm_far by_reference(const struct matrices *t)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_gemm_reference reference;
    struct gst_gemm_far far;

    assert_true(gst_gemm_reference_init(&reference, t->type, &t->shape, t->a, t->b, &st));
    far = gst_gemm_reference_check(&reference, t->c);
    gst_gemm_reference_release(&reference);
    return far;
}

static void test_reference__right_products_pass(void **state)
{
    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        for (int i = 0; i < GST_GEMM_SHAPES; i++) {
            struct matrices t;

            matrices_random(&t, type, gst_gemm_shape_of(i, 64));
            matrices_multiply(&t, i & 1);
            assert_int_equal(by_reference(&t).wrong, 0);
            assert_int_equal(by_reference(&t).checked, (size_t)t.shape.m * (size_t)t.shape.n);
            matrices_release(&t);
        }
    }
}

static void test_reference__any_wrong_element_shows(void **state)
{
    struct matrices t;

    (void)state;
    matrices_random(&t, GST_GEMM_FP16, gst_gemm_shape_of(2, 64));
    matrices_multiply(&t, false);
    for (int i = 0; i < 40; i++) {
        const int row = i * 31 % t.shape.m, column = i * 7 % t.shape.n;
        const double right = matrices_c(&t, row, column);
        struct gst_gemm_far far;

        /* k = 49: the bound is at most 49 x 2^-23 x 49. */
        matrices_put(&t, row, column, right + 3e-4);
        far = by_reference(&t);
        assert_int_equal(far.wrong, 1);
        assert_int_equal(far.row, row);
        assert_int_equal(far.column_first, column);
        matrices_put(&t, row, column, i & 1 ? (double)NAN : (double)INFINITY);
        assert_int_equal(by_reference(&t).not_finite, 1);
        matrices_put(&t, row, column, right);
    }
    matrices_release(&t);
}

static void test_reference__truncated_sums_pass(void **state)
{
    struct matrices t;

    (void)state;
    matrices_random(&t, GST_GEMM_FP16, gst_gemm_square(256));
    matrices_multiply_truncating(&t);
    assert_int_equal(by_reference(&t).wrong, 0);
    matrices_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference__right_products_pass),
        cmocka_unit_test(test_reference__truncated_sums_pass),
        cmocka_unit_test(test_reference__any_wrong_element_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
