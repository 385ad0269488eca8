/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact products that are wrong: every kind of wrong told from every other.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gemm_matrices.h"

#define SIDE 96

static float cut(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    bits &= ~0x1fffU;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static float to_even(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    bits += 0xfffU + (bits >> 13 & 1);
    bits &= ~0x1fffU;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static float away(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    bits += 0x1000U;
    bits &= ~0x1fffU;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* However the ties go. */
static void show_rounding(const struct gst_gemm_shape *wide)
{
    float (*const roundings[])(float) = { cut, to_even, away };

    for (size_t r = 0; r < sizeof(roundings) / sizeof(roundings[0]); r++) {
        struct gst_gemm_wrong wrong;
        struct exact_product t;

        exact_product_init(&t, GST_GEMM_FP32, wide, GST_GEMM_WIDE);
        for (size_t i = 0; i < gst_gemm_a_elements(wide); i++)
            ((float *)t.m.a)[i] = roundings[r](((float *)t.m.a)[i]);
        matrices_multiply(&t.m, false);
        wrong = exact_product_check(&t);
        assert_int_equal(wrong.kind, GST_GEMM_WRONG_TF32);
        assert_int_equal(wrong.wrong, (size_t)wide->m * (size_t)wide->n);
        exact_product_release(&t);
    }
}

/* Both of an odd k and of an even one. */
static void test_check__rounding_to_tf32_shows_in_every_element(void **state)
{
    (void)state;
    for (int i = 0; i < GST_GEMM_ROUNDING_SHAPES; i++) {
        const struct gst_gemm_shape wide = gst_gemm_shape_for_rounding(i, SIDE);

        show_rounding(&wide);
    }
}

static void open_square(struct exact_product *t)
{
    const struct gst_gemm_shape shape = gst_gemm_square(SIDE);

    exact_product_init(t, GST_GEMM_FP32, &shape, GST_GEMM_NARROW);
    matrices_multiply(&t->m, false);
}

static void test_check__one_bit_anywhere(void **state)
{
    const struct gst_gemm_shape shape = gst_gemm_shape_of(1, SIDE);
    struct exact_product t;
    float *c;

    (void)state;
    exact_product_init(&t, GST_GEMM_FP32, &shape, GST_GEMM_NARROW);
    matrices_multiply(&t.m, false);
    c = t.m.c;
    for (int i = 0; i < 500; i++) {
        const int row = i * 37 % shape.m, column = i * 13 % shape.n;
        const size_t index = (size_t)column * (size_t)shape.ldc + (size_t)row;
        struct gst_gemm_wrong wrong;
        uint32_t bits, kept;

        memcpy(&kept, &c[index], sizeof(kept));
        bits = kept ^ 1U << i % 31; /* not the sign: of zero it is none */
        memcpy(&c[index], &bits, sizeof(bits));
        wrong = exact_product_check(&t);
        assert_int_equal(wrong.kind,
                         isfinite(c[index]) ? GST_GEMM_WRONG_ELEMENTS : GST_GEMM_WRONG_NAN);
        assert_int_equal(wrong.wrong, 1);
        assert_int_equal(wrong.row, row);
        assert_int_equal(wrong.column, column);
        memcpy(&c[index], &kept, sizeof(kept));
    }
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_RIGHT);
    exact_product_release(&t);
}

static void test_check__a_block_is_a_tile_and_scattered_elements_are_none(void **state)
{
    struct gst_gemm_wrong wrong;
    struct exact_product t;

    (void)state;
    open_square(&t);
    for (int j = 32; j < 64; j++) {
        for (int i = 16; i < 48; i++)
            matrices_put(&t.m, i, j, (double)gst_gemm_exact_c(&t.exact, i, j) + 1);
    }
    wrong = exact_product_check(&t);
    assert_int_equal(wrong.kind, GST_GEMM_WRONG_TILE);
    assert_int_equal(wrong.row_first, 16);
    assert_int_equal(wrong.row_last, 47);
    assert_int_equal(wrong.column_first, 32);
    assert_int_equal(wrong.column_last, 63);
    matrices_multiply(&t.m, false);
    for (int i = 0; i < SIDE; i++)
        matrices_put(&t.m, i, i, 0.5);
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_ELEMENTS);
    exact_product_release(&t);
}

static void test_check__a_tile_of_another_place_shows(void **state)
{
    struct exact_product t;

    (void)state;
    open_square(&t);
    for (int j = 0; j < 32; j++) {
        for (int i = 0; i < 32; i++)
            matrices_put(&t.m, i, j, (double)gst_gemm_exact_c(&t.exact, i + 32, j));
    }
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_TILE);
    exact_product_release(&t);
}

static void test_check__no_number_and_unwritten_are_told_apart(void **state)
{
    struct exact_product t;

    (void)state;
    open_square(&t);
    matrices_put(&t.m, 3, 4, (double)NAN);
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_NAN);
    matrices_put(&t.m, 3, 4, (double)INFINITY);
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_NAN);
    memset((float *)t.m.c + 4 * SIDE + 3, GST_GEMM_POISON, sizeof(float));
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_UNWRITTEN);
    memset(t.m.c, GST_GEMM_POISON, sizeof(float) * SIDE * SIDE);
    assert_int_equal(exact_product_check(&t).unwritten, SIDE * SIDE);
    exact_product_release(&t);
}

static void test_check__swapped_operands_show(void **state)
{
    struct exact_product t;
    void *a;

    (void)state;
    open_square(&t);
    a = t.m.a;
    t.m.a = t.m.b;
    t.m.b = a;
    matrices_multiply(&t.m, false);
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_SWAPPED);
    exact_product_release(&t);
}

/* What a transpose too many or too few makes is none of the special kinds. */
static void test_check__transposed_operands_show(void **state)
{
    struct exact_product t;

    (void)state;
    open_square(&t);
    t.m.shape.a_transposed = true;
    matrices_multiply(&t.m, false);
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_ELEMENTS);
    t.m.shape.a_transposed = false;
    t.m.shape.b_transposed = true;
    matrices_multiply(&t.m, false);
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_WRONG_ELEMENTS);
    exact_product_release(&t);
}

static void test_check__padding_of_c_has_to_stay(void **state)
{
    const struct gst_gemm_shape shape = gst_gemm_shape_of(1, SIDE);
    struct gst_gemm_wrong wrong;
    struct exact_product t;

    (void)state;
    exact_product_init(&t, GST_GEMM_FP64, &shape, GST_GEMM_NARROW);
    matrices_multiply(&t.m, false);
    matrices_put(&t.m, shape.ldc - 1, 5, 0);
    wrong = exact_product_check(&t);
    assert_int_equal(wrong.kind, GST_GEMM_WRONG_OUTSIDE);
    assert_int_equal(wrong.outside, 1);
    assert_int_equal(wrong.wrong, 0);
    exact_product_release(&t);
}

static void test_describe__says_what_is_where(void **state)
{
    struct gst_gemm_wrong wrong;
    struct exact_product t;
    char text[320], expected[320];

    (void)state;
    open_square(&t);
    matrices_put(&t.m, 5, 7, 0.25);
    wrong = exact_product_check(&t);
    snprintf(expected, sizeof(expected),
             "1 of 9216 elements of the product 'square' (96 x 96 x 96) is wrong; row 5, column 7: "
             "0.25, expected %.9g",
             (double)gst_gemm_exact_c(&t.exact, 5, 7));
    assert_string_equal(gst_gemm_describe_wrong(&wrong, &t.exact.shape, text, sizeof(text)),
                        expected);
    exact_product_release(&t);
}

/* Large enough for several parts, and more columns than are looked at before those that are wrong:
 * one wrong element in the first and the last column of each, and one word of padding. */
static void test_check__wrong_elements_show_in_every_part(void **state)
{
    struct gst_gemm_shape shape = gst_gemm_square(128);
    const int columns[] = { 0, 2047, 4095, 4096, 8190, 8191, 8199 };
    struct exact_product t;

    (void)state;
    shape.n = 8200;
    shape.k = 4;
    shape.lda = shape.m;
    shape.ldb = shape.k;
    shape.ldc = 129;
    exact_product_init(&t, GST_GEMM_FP16, &shape, GST_GEMM_NARROW);
    for (int column = 0; column < shape.n; column++) {
        for (int row = 0; row < shape.m; row++)
            matrices_put(&t.m, row, column, (double)gst_gemm_exact_c(&t.exact, row, column));
    }
    assert_int_equal(exact_product_check(&t).kind, GST_GEMM_RIGHT);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        const double right = matrices_c(&t.m, 127, columns[i]);
        struct gst_gemm_wrong wrong;

        matrices_put(&t.m, 127, columns[i], right + 1);
        wrong = exact_product_check(&t);
        assert_int_equal(wrong.checked, 128 * 8200);
        assert_int_equal(wrong.wrong, 1);
        assert_int_equal(wrong.row, 127);
        assert_int_equal(wrong.column, columns[i]);
        matrices_put(&t.m, 127, columns[i], right);
        ((float *)t.m.c)[columns[i] * 129 + 128] = 0;
        wrong = exact_product_check(&t);
        assert_int_equal(wrong.kind, GST_GEMM_WRONG_OUTSIDE);
        assert_int_equal(wrong.outside, i + 1);
    }
    exact_product_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check__rounding_to_tf32_shows_in_every_element),
        cmocka_unit_test(test_check__one_bit_anywhere),
        cmocka_unit_test(test_check__a_block_is_a_tile_and_scattered_elements_are_none),
        cmocka_unit_test(test_check__a_tile_of_another_place_shows),
        cmocka_unit_test(test_check__no_number_and_unwritten_are_told_apart),
        cmocka_unit_test(test_check__swapped_operands_show),
        cmocka_unit_test(test_check__transposed_operands_show),
        cmocka_unit_test(test_check__padding_of_c_has_to_stay),
        cmocka_unit_test(test_describe__says_what_is_where),
        cmocka_unit_test(test_check__wrong_elements_show_in_every_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
