/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact products: the closed form against a product made the long way, the properties that make it
 * exact and that make TF32 show, and every kind of wrong told from every other.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gpu/gemm/check.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/exact.h"

#define SIDE 96

/* Matrices of one product; `c` is poisoned. */
struct bench {
    struct gst_gemm_exact exact;
    enum gst_gemm_type type;
    void *a, *b, *c;
};

static double at(enum gst_gemm_type type, const void *x, int row, int column, int ld)
{
    double value;

    gst_gemm_load(type, x, (size_t)column * (size_t)ld + (size_t)row, &value, 1);
    return value;
}

static double a_of(const struct bench *t, int i, int l)
{
    const struct gst_gemm_shape *s = &t->exact.shape;

    return s->a_transposed ? at(t->type, t->a, l, i, s->lda) : at(t->type, t->a, i, l, s->lda);
}

static double b_of(const struct bench *t, int l, int j)
{
    const struct gst_gemm_shape *s = &t->exact.shape;

    return s->b_transposed ? at(t->type, t->b, j, l, s->ldb) : at(t->type, t->b, l, j, s->ldb);
}

static void put(struct bench *t, int row, int column, double value)
{
    gst_gemm_store(t->type == GST_GEMM_FP64 ? GST_GEMM_FP64 : GST_GEMM_FP32, t->c,
                   (size_t)column * (size_t)t->exact.shape.ldc + (size_t)row, &value, 1);
}

/* Single precision, one after the other: exact numbers do not mind. */
static void multiply(struct bench *t)
{
    for (int j = 0; j < t->exact.shape.n; j++) {
        for (int i = 0; i < t->exact.shape.m; i++) {
            float sum = 0;

            for (int l = 0; l < t->exact.shape.k; l++)
                sum += (float)a_of(t, i, l) * (float)b_of(t, l, j);
            put(t, i, j, (double)sum);
        }
    }
}

static void open_bench(struct bench *t, enum gst_gemm_type type, const struct gst_gemm_shape *shape,
                       enum gst_gemm_numbers numbers)
{
    struct gst_status st = GST_STATUS_INIT;
    const size_t c_bytes = gst_gemm_c_elements(shape) * gst_gemm_output_bytes(type);

    *t = (struct bench){ .type = type };
    assert_true(gst_gemm_exact_init(&t->exact, shape, numbers, 7, &st));
    t->a = malloc(gst_gemm_a_elements(shape) * gst_gemm_input_bytes(type));
    t->b = malloc(gst_gemm_b_elements(shape) * gst_gemm_input_bytes(type));
    t->c = malloc(c_bytes);
    memset(t->c, GST_GEMM_POISON, c_bytes);
    gst_gemm_exact_fill_a(&t->exact, type, t->a);
    gst_gemm_exact_fill_b(&t->exact, type, t->b);
}

static void close_bench(struct bench *t)
{
    gst_gemm_exact_release(&t->exact);
    free(t->a);
    free(t->b);
    free(t->c);
}

static struct gst_gemm_wrong check(const struct bench *t)
{
    return gst_gemm_check(&t->exact, t->type, t->c);
}

static void test_exact__every_type_and_shape_is_right(void **state)
{
    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        for (int i = 0; i < GST_GEMM_SHAPES; i++) {
            const struct gst_gemm_shape shape = gst_gemm_shape_of(i, SIDE);
            struct gst_gemm_wrong wrong;
            struct bench t;

            open_bench(&t, type, &shape, GST_GEMM_NARROW);
            multiply(&t);
            wrong = check(&t);
            assert_int_equal(wrong.kind, GST_GEMM_RIGHT);
            assert_int_equal(wrong.checked, (size_t)shape.m * (size_t)shape.n);
            close_bench(&t);
        }
    }
}

static void test_exact__padding_of_inputs_is_no_number(void **state)
{
    const struct gst_gemm_shape shape = gst_gemm_shape_of(1, SIDE);
    struct bench t;

    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        open_bench(&t, type, &shape, GST_GEMM_NARROW);
        assert_true(isnan(at(type, t.a, shape.m, 0, shape.lda)));
        assert_true(isnan(at(type, t.b, shape.ldb - 1, shape.n - 1, shape.ldb)));
        close_bench(&t);
    }
}

/* The largest sums that can come stay where single precision holds every whole number. */
static void test_exact__numbers_stay_in_their_bounds(void **state)
{
    const struct gst_gemm_shape narrow = gst_gemm_square(SIDE);
    const struct gst_gemm_shape wide = gst_gemm_shape_for_rounding(1, SIDE);
    double most_a = 0, most_b = 0;
    struct bench t;

    (void)state;
    open_bench(&t, GST_GEMM_FP32, &narrow, GST_GEMM_NARROW);
    for (int i = 0; i < SIDE; i++) {
        for (int l = 0; l < SIDE; l++) {
            most_a = fmax(most_a, fabs(a_of(&t, i, l)));
            most_b = fmax(most_b, fabs(b_of(&t, i, l)));
        }
    }
    assert_true(most_a > 16 && most_a <= 40 && most_b > 16 && most_b <= 40);
    assert_true(40.0 * 40.0 * GST_GEMM_NARROW_K_MOST < 16777216.0);
    close_bench(&t);
    open_bench(&t, GST_GEMM_FP32, &wide, GST_GEMM_WIDE);
    for (int i = 0; i < wide.m; i++) {
        for (int l = 0; l < wide.k; l++) {
            assert_true(a_of(&t, i, l) > 2048 && a_of(&t, i, l) < 4096);
            assert_true(fmod(a_of(&t, i, l), 2) == 1);
        }
    }
    for (int j = 0; j < wide.n; j++)
        assert_true(fabs(b_of(&t, 0, j)) == 1);
    assert_true(4095.0 * GST_GEMM_WIDE_K_MOST < 16777216.0);
    close_bench(&t);
}

static void test_exact__wide_numbers_are_right_in_single_precision(void **state)
{
    (void)state;
    for (int i = 0; i < GST_GEMM_ROUNDING_SHAPES; i++) {
        const struct gst_gemm_shape wide = gst_gemm_shape_for_rounding(i, SIDE);
        struct bench t;

        open_bench(&t, GST_GEMM_FP32, &wide, GST_GEMM_WIDE);
        multiply(&t);
        assert_int_equal(check(&t).kind, GST_GEMM_RIGHT);
        close_bench(&t);
    }
}

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
        struct bench t;

        open_bench(&t, GST_GEMM_FP32, wide, GST_GEMM_WIDE);
        for (size_t i = 0; i < gst_gemm_a_elements(wide); i++)
            ((float *)t.a)[i] = roundings[r](((float *)t.a)[i]);
        multiply(&t);
        wrong = check(&t);
        assert_int_equal(wrong.kind, GST_GEMM_WRONG_TF32);
        assert_int_equal(wrong.wrong, (size_t)wide->m * (size_t)wide->n);
        close_bench(&t);
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

static void open_square(struct bench *t)
{
    const struct gst_gemm_shape shape = gst_gemm_square(SIDE);

    open_bench(t, GST_GEMM_FP32, &shape, GST_GEMM_NARROW);
    multiply(t);
}

static void test_check__one_bit_anywhere(void **state)
{
    const struct gst_gemm_shape shape = gst_gemm_shape_of(1, SIDE);
    struct bench t;
    float *c;

    (void)state;
    open_bench(&t, GST_GEMM_FP32, &shape, GST_GEMM_NARROW);
    multiply(&t);
    c = t.c;
    for (int i = 0; i < 500; i++) {
        const int row = i * 37 % shape.m, column = i * 13 % shape.n;
        const size_t index = (size_t)column * (size_t)shape.ldc + (size_t)row;
        struct gst_gemm_wrong wrong;
        uint32_t bits, kept;

        memcpy(&kept, &c[index], sizeof(kept));
        bits = kept ^ 1U << i % 31; /* not the sign: of zero it is none */
        memcpy(&c[index], &bits, sizeof(bits));
        wrong = check(&t);
        assert_int_equal(wrong.kind,
                         isfinite(c[index]) ? GST_GEMM_WRONG_ELEMENTS : GST_GEMM_WRONG_NAN);
        assert_int_equal(wrong.wrong, 1);
        assert_int_equal(wrong.row, row);
        assert_int_equal(wrong.column, column);
        memcpy(&c[index], &kept, sizeof(kept));
    }
    assert_int_equal(check(&t).kind, GST_GEMM_RIGHT);
    close_bench(&t);
}

static void test_check__a_block_is_a_tile_and_scattered_elements_are_none(void **state)
{
    struct gst_gemm_wrong wrong;
    struct bench t;

    (void)state;
    open_square(&t);
    for (int j = 32; j < 64; j++) {
        for (int i = 16; i < 48; i++)
            put(&t, i, j, (double)gst_gemm_exact_c(&t.exact, i, j) + 1);
    }
    wrong = check(&t);
    assert_int_equal(wrong.kind, GST_GEMM_WRONG_TILE);
    assert_int_equal(wrong.row_first, 16);
    assert_int_equal(wrong.row_last, 47);
    assert_int_equal(wrong.column_first, 32);
    assert_int_equal(wrong.column_last, 63);
    multiply(&t);
    for (int i = 0; i < SIDE; i++)
        put(&t, i, i, 0.5);
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_ELEMENTS);
    close_bench(&t);
}

static void test_check__a_tile_of_another_place_shows(void **state)
{
    struct bench t;

    (void)state;
    open_square(&t);
    for (int j = 0; j < 32; j++) {
        for (int i = 0; i < 32; i++)
            put(&t, i, j, (double)gst_gemm_exact_c(&t.exact, i + 32, j));
    }
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_TILE);
    close_bench(&t);
}

static void test_check__no_number_and_unwritten_are_told_apart(void **state)
{
    struct bench t;

    (void)state;
    open_square(&t);
    put(&t, 3, 4, (double)NAN);
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_NAN);
    put(&t, 3, 4, (double)INFINITY);
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_NAN);
    memset((float *)t.c + 4 * SIDE + 3, GST_GEMM_POISON, sizeof(float));
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_UNWRITTEN);
    memset(t.c, GST_GEMM_POISON, sizeof(float) * SIDE * SIDE);
    assert_int_equal(check(&t).unwritten, SIDE * SIDE);
    close_bench(&t);
}

static void test_check__swapped_operands_show(void **state)
{
    struct bench t;
    void *a;

    (void)state;
    open_square(&t);
    a = t.a;
    t.a = t.b;
    t.b = a;
    multiply(&t);
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_SWAPPED);
    close_bench(&t);
}

/* What a transpose too many or too few makes is none of the special kinds. */
static void test_check__transposed_operands_show(void **state)
{
    struct bench t;

    (void)state;
    open_square(&t);
    t.exact.shape.a_transposed = true;
    multiply(&t);
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_ELEMENTS);
    t.exact.shape.a_transposed = false;
    t.exact.shape.b_transposed = true;
    multiply(&t);
    assert_int_equal(check(&t).kind, GST_GEMM_WRONG_ELEMENTS);
    close_bench(&t);
}

static void test_check__padding_of_c_has_to_stay(void **state)
{
    const struct gst_gemm_shape shape = gst_gemm_shape_of(1, SIDE);
    struct gst_gemm_wrong wrong;
    struct bench t;

    (void)state;
    open_bench(&t, GST_GEMM_FP64, &shape, GST_GEMM_NARROW);
    multiply(&t);
    put(&t, shape.ldc - 1, 5, 0);
    wrong = check(&t);
    assert_int_equal(wrong.kind, GST_GEMM_WRONG_OUTSIDE);
    assert_int_equal(wrong.outside, 1);
    assert_int_equal(wrong.wrong, 0);
    close_bench(&t);
}

static void test_describe__says_what_is_where(void **state)
{
    struct gst_gemm_wrong wrong;
    struct bench t;
    char text[320], expected[320];

    (void)state;
    open_square(&t);
    put(&t, 5, 7, 0.25);
    wrong = check(&t);
    snprintf(expected, sizeof(expected),
             "1 of 9216 elements of the product 'square' (96 x 96 x 96) is wrong; row 5, column 7: "
             "0.25, expected %.9g",
             (double)gst_gemm_exact_c(&t.exact, 5, 7));
    assert_string_equal(gst_gemm_describe_wrong(&wrong, &t.exact.shape, text, sizeof(text)),
                        expected);
    close_bench(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact__every_type_and_shape_is_right),
        cmocka_unit_test(test_exact__padding_of_inputs_is_no_number),
        cmocka_unit_test(test_exact__numbers_stay_in_their_bounds),
        cmocka_unit_test(test_exact__wide_numbers_are_right_in_single_precision),
        cmocka_unit_test(test_check__rounding_to_tf32_shows_in_every_element),
        cmocka_unit_test(test_check__one_bit_anywhere),
        cmocka_unit_test(test_check__a_block_is_a_tile_and_scattered_elements_are_none),
        cmocka_unit_test(test_check__a_tile_of_another_place_shows),
        cmocka_unit_test(test_check__no_number_and_unwritten_are_told_apart),
        cmocka_unit_test(test_check__swapped_operands_show),
        cmocka_unit_test(test_check__transposed_operands_show),
        cmocka_unit_test(test_check__padding_of_c_has_to_stay),
        cmocka_unit_test(test_describe__says_what_is_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
