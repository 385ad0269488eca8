/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact products: the closed form against a product made the long way, and the properties that make
 * it exact.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gemm_matrices.h"
#include "gpu/gemm/element.h"

#define SIDE 96

static void test_exact__every_type_and_shape_is_right(void **state)
{
    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        for (int i = 0; i < GST_GEMM_SHAPES; i++) {
            const struct gst_gemm_shape shape = gst_gemm_shape_of(i, SIDE);
            struct gst_gemm_wrong wrong;
            struct exact_product t;

            exact_product_init(&t, type, &shape, GST_GEMM_NARROW);
            matrices_multiply(&t.m, false);
            wrong = exact_product_check(&t);
            assert_int_equal(wrong.kind, GST_GEMM_RIGHT);
            assert_int_equal(wrong.checked, (size_t)shape.m * (size_t)shape.n);
            exact_product_release(&t);
        }
    }
}

static void test_exact__padding_of_inputs_is_no_number(void **state)
{
    const struct gst_gemm_shape shape = gst_gemm_shape_of(1, SIDE);
    struct exact_product t;

    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        exact_product_init(&t, type, &shape, GST_GEMM_NARROW);
        assert_true(isnan(matrices_a(&t.m, shape.m, 0)));
        assert_true(isnan(matrices_b(&t.m, shape.ldb - 1, shape.n - 1)));
        exact_product_release(&t);
    }
}

/* The largest sums that can come stay where single precision holds every whole number. */
static void test_exact__numbers_stay_in_their_bounds(void **state)
{
    const struct gst_gemm_shape narrow = gst_gemm_square(SIDE);
    const struct gst_gemm_shape wide = gst_gemm_shape_for_rounding(1, SIDE);
    double most_a = 0, most_b = 0;
    struct exact_product t;

    (void)state;
    exact_product_init(&t, GST_GEMM_FP32, &narrow, GST_GEMM_NARROW);
    for (int i = 0; i < SIDE; i++) {
        for (int l = 0; l < SIDE; l++) {
            most_a = fmax(most_a, fabs(matrices_a(&t.m, i, l)));
            most_b = fmax(most_b, fabs(matrices_b(&t.m, i, l)));
        }
    }
    assert_true(most_a > 16 && most_a <= 40 && most_b > 16 && most_b <= 40);
    assert_true(40.0 * 40.0 * GST_GEMM_NARROW_K_MOST < 16777216.0);
    exact_product_release(&t);
    exact_product_init(&t, GST_GEMM_FP32, &wide, GST_GEMM_WIDE);
    for (int i = 0; i < wide.m; i++) {
        for (int l = 0; l < wide.k; l++) {
            assert_true(matrices_a(&t.m, i, l) > 2048 && matrices_a(&t.m, i, l) < 4096);
            assert_true(fmod(matrices_a(&t.m, i, l), 2) == 1);
        }
    }
    for (int j = 0; j < wide.n; j++)
        assert_true(fabs(matrices_b(&t.m, 0, j)) == 1);
    assert_true(4095.0 * GST_GEMM_WIDE_K_MOST < 16777216.0);
    exact_product_release(&t);
}

static void test_exact__wide_numbers_are_right_in_single_precision(void **state)
{
    (void)state;
    for (int i = 0; i < GST_GEMM_ROUNDING_SHAPES; i++) {
        const struct gst_gemm_shape wide = gst_gemm_shape_for_rounding(i, SIDE);
        struct exact_product t;

        exact_product_init(&t, GST_GEMM_FP32, &wide, GST_GEMM_WIDE);
        matrices_multiply(&t.m, false);
        assert_int_equal(exact_product_check(&t).kind, GST_GEMM_RIGHT);
        exact_product_release(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact__every_type_and_shape_is_right),
        cmocka_unit_test(test_exact__padding_of_inputs_is_no_number),
        cmocka_unit_test(test_exact__numbers_stay_in_their_bounds),
        cmocka_unit_test(test_exact__wide_numbers_are_right_in_single_precision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
