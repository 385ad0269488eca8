/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes that are tried, and the sizes of squares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gpu/gemm/exact.h"
#include "gpu/gemm/shape.h"

static void test_shapes__each_way_to_hide_is_left_out_by_one(void **state)
{
    bool is_transposed[2] = { false, false }, is_odd = false, is_padded = false, is_tight = false;

    (void)state;
    for (int i = 0; i < GST_GEMM_SHAPES; i++) {
        const struct gst_gemm_shape s = gst_gemm_shape_of(i, 1024);

        is_transposed[0] = is_transposed[0] || s.a_transposed;
        is_transposed[1] = is_transposed[1] || s.b_transposed;
        is_odd = is_odd || (s.m % 2 == 1 && s.n % 2 == 1 && s.k % 2 == 1);
        is_padded = is_padded || (s.lda > gst_gemm_a_rows(&s) && s.ldc > s.m);
        is_tight = is_tight || (s.lda == gst_gemm_a_rows(&s) && s.ldc == s.m);
        /* No two sides alike: none can stand for another. */
        assert_true(s.m != s.n && s.n != s.k && s.m != s.k);
    }
    assert_true(is_transposed[0] && is_transposed[1] && is_odd && is_padded && is_tight);
}

static void test_shapes__stored_as_blas_wants_them(void **state)
{
    (void)state;
    for (int side = 16; side <= 1024; side *= 2) {
        for (int i = 0; i < GST_GEMM_SHAPES; i++) {
            const struct gst_gemm_shape s = gst_gemm_shape_of(i, side);

            assert_true(s.m > 0 && s.n > 0 && s.k > 0 && s.k <= GST_GEMM_NARROW_K_MOST);
            assert_int_equal(gst_gemm_a_rows(&s), s.a_transposed ? s.k : s.m);
            assert_int_equal(gst_gemm_b_columns(&s), s.b_transposed ? s.k : s.n);
            assert_true(s.lda >= gst_gemm_a_rows(&s) && s.ldb >= gst_gemm_b_rows(&s));
            assert_true(s.ldc >= s.m);
            assert_int_equal(gst_gemm_c_elements(&s), (size_t)s.ldc * (size_t)s.n);
        }
    }
}

static void test_shapes__the_issue_s_odd_one(void **state)
{
    const struct gst_gemm_shape s = gst_gemm_shape_of(1, 1024);

    (void)state;
    assert_int_equal(s.m, 1023);
    assert_int_equal(s.n, 511);
    assert_int_equal(s.k, 769);
    assert_true(gst_gemm_operations(&s) == 2.0 * 1023 * 511 * 769);
}

/* One of each kind of kernels: aligned to tiles, and of an odd sum and strides. */
static void test_shape_for_rounding__aligned_and_not(void **state)
{
    const struct gst_gemm_shape aligned = gst_gemm_shape_for_rounding(0, 8192);
    const struct gst_gemm_shape odd = gst_gemm_shape_for_rounding(1, 8192);

    (void)state;
    assert_true(aligned.m == 1024 && aligned.n == 1024 && aligned.k == 1024);
    assert_true(aligned.lda == 1024 && aligned.ldb == 1024 && aligned.ldc == 1024);
    assert_int_equal(gst_gemm_shape_for_rounding(0, 128).k, 128);
    assert_true(aligned.k <= GST_GEMM_WIDE_K_MOST);
    assert_int_equal(odd.k % 2, 1);
    assert_int_equal(odd.lda, 193);
}

static void test_side__of_size(void **state)
{
    (void)state;
    /* sqrt(16777216 / 24) = 836, sqrt(1048576 / 24) = 209 */
    assert_int_equal(gst_gemm_side_of_size(16 << 20, 8), 768);
    assert_int_equal(gst_gemm_side_of_size(1 << 20, 8), 128);
    assert_int_equal(gst_gemm_side_of_size(1, 8), 128);
    assert_int_equal(gst_gemm_side_of_size(3ULL * 8192 * 8192 * 8, 8), 8192);
    assert_int_equal(gst_gemm_side_of_size(3ULL * 8192 * 8192 * 8 - 1, 8), 8064);
}

static void test_side__in_time(void **state)
{
    (void)state;
    /* 2 x 8192^3 = 1.1e12: 0.11 s at 1e13 per second, a quarter of an eighth at 4096. */
    assert_int_equal(gst_gemm_side_in_time(8192, 1e13, 0.12, 1024), 8192);
    assert_int_equal(gst_gemm_side_in_time(8192, 1e13, 0.1, 1024), 4096);
    assert_int_equal(gst_gemm_side_in_time(8192, 1e11, 0.1, 1024), 1024);
    assert_int_equal(gst_gemm_side_in_time(8192, 1.0, 0.1, 1024), 1024);
    assert_int_equal(gst_gemm_side_in_time(768, 1.0, 0.1, 1024), 768);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes__each_way_to_hide_is_left_out_by_one),
        cmocka_unit_test(test_shapes__stored_as_blas_wants_them),
        cmocka_unit_test(test_shapes__the_issue_s_odd_one),
        cmocka_unit_test(test_shape_for_rounding__aligned_and_not),
        cmocka_unit_test(test_side__of_size),
        cmocka_unit_test(test_side__in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
