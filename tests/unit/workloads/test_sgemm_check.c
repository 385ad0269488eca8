/* SPDX-License-Identifier: Apache-2.0 */
/* What is checked, and what a wrong product is told as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/gemm_judged.h"
#include "workloads/sgemm/check.h"

static void test_finding__of_each_kind_of_wrong(void **state)
{
    static const struct {
        enum gst_gemm_wrong_kind kind;
        struct gst_blas_changes changes;
        enum gst_finding_id finding;
    } rows[] = {
        { GST_GEMM_WRONG_ELEMENTS, { .is_changed = false }, GST_HARDWARE_PRODUCT_WRONG },
        { GST_GEMM_WRONG_TILE, { .is_changed = false }, GST_HARDWARE_PRODUCT_TILE },
        { GST_GEMM_WRONG_NAN, { .is_changed = false }, GST_HARDWARE_PRODUCT_NAN },
        { GST_GEMM_WRONG_UNWRITTEN, { .is_changed = false }, GST_HARDWARE_PRODUCT_UNWRITTEN },
        { GST_GEMM_WRONG_OUTSIDE, { .is_changed = false }, GST_HARDWARE_PRODUCT_OUTSIDE },
        { GST_GEMM_WRONG_SWAPPED, { .is_changed = false }, GST_IMAGE_CUBLAS_SWAPPED },
        { GST_GEMM_WRONG_TF32, { .is_changed = false }, GST_IMAGE_CUBLAS_ROUNDS },
        { GST_GEMM_WRONG_TF32, { .without_tf32 = true }, GST_IMAGE_CUBLAS_ROUNDS },
        { GST_GEMM_WRONG_TF32, { .is_forced = true }, GST_USER_TF32_FORCED },
        { GST_GEMM_WRONG_TF32, { .emulates_single = true }, GST_USER_TF32_FORCED },
        { GST_GEMM_WRONG_TF32, { .emulates_double = true }, GST_IMAGE_CUBLAS_ROUNDS },
        /* A variable explains no other kind of wrong. */
        { GST_GEMM_WRONG_ELEMENTS, { .is_forced = true }, GST_HARDWARE_PRODUCT_WRONG },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(gst_sgemm_finding(rows[i].kind, &rows[i].changes), rows[i].finding);
}

static void test_shape_side__half_and_no_more_than_the_host_likes(void **state)
{
    (void)state;
    assert_int_equal(gst_sgemm_shape_side(128), 64);
    assert_int_equal(gst_sgemm_shape_side(768), 384);
    assert_int_equal(gst_sgemm_shape_side(8192), 1024);
}

/* Every multiprocessor of the largest GPU has tiles at each level. */
static void test_square_side__fills_gpus_at_each_level(void **state)
{
    (void)state;
    assert_true(gst_gemm_fills(gst_sgemm_square_side(8192, false), 160));
    assert_true(gst_gemm_fills(gst_sgemm_square_side(8192, true), 160));
}

static void test_square_side__as_large_as_sums_are_exact(void **state)
{
    (void)state;
    assert_int_equal(gst_sgemm_square_side(768, true), 768);
    assert_int_equal(gst_sgemm_square_side(8192, true), 8192);
    assert_int_equal(gst_sgemm_square_side(16384, true), 8192);
    assert_int_equal(gst_sgemm_square_side(768, false), 768);
    assert_int_equal(gst_sgemm_square_side(4096, false), 4096);
    assert_int_equal(gst_sgemm_square_side(8192, false), 4096);
    assert_int_equal(gst_sgemm_square_side(16384, false), 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finding__of_each_kind_of_wrong),
        cmocka_unit_test(test_shape_side__half_and_no_more_than_the_host_likes),
        cmocka_unit_test(test_square_side__fills_gpus_at_each_level),
        cmocka_unit_test(test_square_side__as_large_as_sums_are_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
