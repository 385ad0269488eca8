/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of matrices on this machine's processor, against the sum that the definition says, for
 * shapes that fill no tile; and the numbers that they are made of, bit by bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/gemm_compute.h"
#include "model/gemm_memo.h"

#define POISON 0xC5

static const char *const names[] = { "FP32", "FP64", "FP16", "BF16" };

/* Small whole numbers: every type holds them, and every sum of them here. */
static double value_at(int row, int column, int salt)
{
    return (double)((row * 7 + column * 3 + salt + row * column % 5) % 9 - 4);
}

static struct sim_matrix new_matrix(int rows, int columns, int stride, enum sim_number number)
{
    struct sim_matrix matrix = { NULL, rows, columns, stride, number };
    const size_t size = (size_t)stride * (size_t)columns * sim_number_bytes(number) + 1;

    matrix.numbers = malloc(size);
    assert_non_null(matrix.numbers);
    memset(matrix.numbers, POISON, size);
    return matrix;
}

static struct sim_matrix new_input(int rows, int columns, enum sim_number number, int salt)
{
    struct sim_matrix matrix = new_matrix(rows, columns, rows + 3, number);

    for (int j = 0; j < columns; j++) {
        for (int i = 0; i < rows; i++)
            sim_number_write(number, sim_matrix_at(&matrix, i, j), value_at(i, j, salt));
    }
    return matrix;
}

static double read_at(const struct sim_matrix *matrix, bool transposed, int row, int column)
{
    return sim_number_read(matrix->number, transposed ? sim_matrix_at(matrix, column, row)
                                                      : sim_matrix_at(matrix, row, column));
}

static double expected(const struct sim_product *product, int k, int row, int column, double old)
{
    double sum = 0;

    for (int i = 0; i < k; i++)
        sum += read_at(&product->a, product->transposes_a, row, i)
               * read_at(&product->b, product->transposes_b, i, column);
    return product->alpha * sum + (product->beta != 0 ? product->beta * old : 0);
}

static void expect_product(int m, int n, int k, bool is_a, bool is_b, enum sim_number in,
                           enum sim_number out, double alpha, double beta)
{
    struct sim_product product = { .a = new_input(is_a ? k : m, is_a ? m : k, in, 1),
                                   .b = new_input(is_b ? n : k, is_b ? k : n, in, 5),
                                   .transposes_a = is_a,
                                   .transposes_b = is_b,
                                   .alpha = alpha,
                                   .beta = beta };
    struct sim_matrix old = new_input(m, n, out, 2);

    product.c = beta != 0 ? new_input(m, n, out, 2) : new_matrix(m, n, m + 3, out);
    sim_product_compute(&product);
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            const double wanted = expected(&product, k, i, j, read_at(&old, false, i, j));
            const double got = read_at(&product.c, false, i, j);

            if (got != wanted)
                fail_msg("%s to %s, %d x %d x %d, transposed %d %d: (%d, %d) is %g, not %g",
                         names[in], names[out], m, n, k, is_a, is_b, i, j, got, wanted);
        }
        for (int i = m; i < m + 3 && j + 1 < n; i++) {
            const unsigned char *padding = sim_matrix_at(&product.c, i, j);

            assert_int_equal(padding[0], POISON);
        }
    }
    free(product.a.numbers);
    free(product.b.numbers);
    free(product.c.numbers);
    free(old.numbers);
}

/* Fewer, exactly, and more rows and columns than a tile has; k below, at and beyond a block. */
static void test_gemm__shapes(void **state)
{
    static const int shapes[][3] = { { 1, 1, 1 },    { 5, 3, 7 },     { 8, 6, 16 },
                                     { 16, 12, 32 }, { 17, 13, 256 }, { 33, 7, 257 },
                                     { 64, 1, 600 }, { 1, 64, 31 },   { 40, 41, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (unsigned ops = 0; ops < 4; ops++) {
            const int *s = shapes[i];

            expect_product(s[0], s[1], s[2], ops & 1, ops >> 1, SIM_NUMBER_FP32, SIM_NUMBER_FP32, 1,
                           0);
            expect_product(s[0], s[1], s[2], ops & 1, ops >> 1, SIM_NUMBER_FP64, SIM_NUMBER_FP64, 1,
                           0);
        }
    }
}

static void test_gemm__types(void **state)
{
    static const enum sim_number rows[][2] = { { SIM_NUMBER_FP16, SIM_NUMBER_FP32 },
                                               { SIM_NUMBER_BF16, SIM_NUMBER_FP32 },
                                               { SIM_NUMBER_FP16, SIM_NUMBER_FP16 } };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_product(19, 23, 29, i & 1, false, rows[i][0], rows[i][1], 1, 0);
}

static void test_gemm__factors(void **state)
{
    (void)state;
    expect_product(9, 10, 11, false, false, SIM_NUMBER_FP32, SIM_NUMBER_FP32, -2, 0);
    expect_product(9, 10, 11, false, true, SIM_NUMBER_FP32, SIM_NUMBER_FP32, 2, 3);
    expect_product(9, 10, 11, true, false, SIM_NUMBER_FP64, SIM_NUMBER_FP64, 0.5, -1);
    expect_product(9, 10, 0, true, false, SIM_NUMBER_FP32, SIM_NUMBER_FP32, 1, 2);
}

/* A factor of zero does not read C: what is not a number there does not come through. */
static void test_gemm__beta_of_zero_does_not_read(void **state)
{
    float a = 3, b = 5, c = NAN;
    struct sim_product product = { .a = { &a, 1, 1, 1, SIM_NUMBER_FP32 },
                                   .b = { &b, 1, 1, 1, SIM_NUMBER_FP32 },
                                   .c = { &c, 1, 1, 1, SIM_NUMBER_FP32 },
                                   .alpha = 1 };

    (void)state;
    sim_product_compute(&product);
    assert_true(c == 15.0f);
    c = NAN;
    product.beta = 1;
    sim_product_compute(&product);
    assert_true(isnan(c));
}

/* 1 + 2^-11 has one bit more than TF32; both inputs lose theirs before they are multiplied. */
static void test_gemm__tf32(void **state)
{
    float a = 1.0f + 0x1p-12f, b = 1.0f + 0x1p-11f, c = 0;
    struct sim_product product = { .a = { &a, 1, 1, 1, SIM_NUMBER_FP32 },
                                   .b = { &b, 1, 1, 1, SIM_NUMBER_FP32 },
                                   .c = { &c, 1, 1, 1, SIM_NUMBER_FP32 },
                                   .alpha = 1 };

    (void)state;
    sim_product_compute(&product);
    assert_true(c > 1.0f + 0x1p-11f);
    product.rounds_to_tf32 = true;
    sim_product_compute(&product);
    assert_true(c == 1.0f + 0x1p-10f); /* down to 1, and a tie away from zero */
    assert_true(sim_number_tf32(-(1.0f + 0x1p-11f)) == -(1.0f + 0x1p-10f));
    assert_true(sim_number_tf32(INFINITY) == INFINITY);
    assert_true(isnan(sim_number_tf32(NAN)));
}

/* IEEE 754 binary16 and bfloat16 by their bits; ties go to even. */
static void test_gemm__numbers(void **state)
{
    static const struct {
        enum sim_number number;
        double value;
        uint16_t bits;
        double back;
    } rows[] = {
        { SIM_NUMBER_FP16, 1.0, 0x3c00, 1.0 },
        { SIM_NUMBER_FP16, -2.5, 0xc100, -2.5 },
        { SIM_NUMBER_FP16, 65504.0, 0x7bff, 65504.0 },
        { SIM_NUMBER_FP16, 65519.0, 0x7bff, 65504.0 },
        { SIM_NUMBER_FP16, 65520.0, 0x7c00, INFINITY },
        { SIM_NUMBER_FP16, 2049.0, 0x6800, 2048.0 },
        { SIM_NUMBER_FP16, 2051.0, 0x6802, 2052.0 },
        { SIM_NUMBER_FP16, 0x1p-14, 0x0400, 0x1p-14 },
        { SIM_NUMBER_FP16, 0x1p-24, 0x0001, 0x1p-24 },
        { SIM_NUMBER_FP16, 0x1.8p-24, 0x0002, 0x1p-23 },
        { SIM_NUMBER_FP16, 0x1p-25, 0x0000, 0.0 },
        { SIM_NUMBER_BF16, 1.0, 0x3f80, 1.0 },
        { SIM_NUMBER_BF16, -3.0, 0xc040, -3.0 },
        { SIM_NUMBER_BF16, 257.0, 0x4380, 256.0 },
        { SIM_NUMBER_BF16, 259.0, 0x4382, 260.0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t bits = 0;

        sim_number_write(rows[i].number, &bits, rows[i].value);
        if (bits != rows[i].bits || sim_number_read(rows[i].number, &bits) != rows[i].back)
            fail_msg("%s of %a is %#x", names[rows[i].number], rows[i].value, bits);
    }
    for (unsigned bits = 0; bits < 0x10000; bits++) {
        for (unsigned k = SIM_NUMBER_FP16; k <= SIM_NUMBER_BF16; k++) {
            const uint16_t from = (uint16_t)bits;
            const double value = sim_number_read((enum sim_number)k, &from);
            uint16_t to = 0;

            sim_number_write((enum sim_number)k, &to, value);
            if (isnan(value) ? !isnan(sim_number_read((enum sim_number)k, &to)) : to != from)
                fail_msg("%s: %#x becomes %#x", names[k], from, to);
        }
    }
}

/* The same matrices elsewhere in memory are the same product; one number else is not. */
static void test_gemm__same_products_are_computed_once(void **state)
{
    struct sim_product product = { .a = new_input(20, 30, SIM_NUMBER_FP32, 1),
                                   .b = new_input(30, 10, SIM_NUMBER_FP32, 2),
                                   .c = new_matrix(20, 10, 22, SIM_NUMBER_FP32),
                                   .alpha = 1 };
    struct sim_product again = product;
    const unsigned before = sim_gemm_memo_computed();

    (void)state;
    again.a = new_input(20, 30, SIM_NUMBER_FP32, 1);
    again.c = new_matrix(20, 10, 25, SIM_NUMBER_FP32);
    sim_gemm_memo_compute(&product);
    sim_gemm_memo_compute(&again);
    assert_int_equal(sim_gemm_memo_computed() - before, 1);
    for (int j = 0; j < 10; j++)
        assert_memory_equal(sim_matrix_at(&product.c, 0, j), sim_matrix_at(&again.c, 0, j), 20 * 4);
    assert_true(read_at(&again.c, false, 19, 9) == expected(&again, 30, 19, 9, 0));
    ((float *)again.a.numbers)[0] += 1;
    sim_gemm_memo_compute(&again);
    assert_int_equal(sim_gemm_memo_computed() - before, 2);
    assert_true(read_at(&again.c, false, 0, 0) == expected(&again, 30, 0, 0, 0));
    again.alpha = 2;
    sim_gemm_memo_compute(&again);
    assert_int_equal(sim_gemm_memo_computed() - before, 3);
    free(product.a.numbers);
    free(product.b.numbers);
    free(product.c.numbers);
    free(again.a.numbers);
    free(again.c.numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm__shapes),
        cmocka_unit_test(test_gemm__types),
        cmocka_unit_test(test_gemm__factors),
        cmocka_unit_test(test_gemm__beta_of_zero_does_not_read),
        cmocka_unit_test(test_gemm__tf32),
        cmocka_unit_test(test_gemm__numbers),
        cmocka_unit_test(test_gemm__same_products_are_computed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
