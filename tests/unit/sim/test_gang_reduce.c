/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of collectives at its edges: where 16-bit numbers are rounded, overflow, or are
 * none; where integers wrap around; and ranges that are longer than a block. Patterns are worked
 * out by hand from IEEE 754 beside each row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "api/nccl_abi.h"
#include "model/gang_reduce.h"

struct pair {
    uint16_t one, other, result;
};

static void check_pairs(int type, int op, const struct pair *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const void *const sources[] = { &rows[i].one, &rows[i].other };
        uint16_t result = 0xabcd;

        sim_gang_reduce(type, op, &result, sources, 2, 0, 1);
        assert_int_equal(result, rows[i].result);
    }
}

#define CHECK(type, op, rows) check_pairs(type, op, rows, sizeof(rows) / sizeof((rows)[0]))

static void test_gang_reduce__half_sums(void **state)
{
    static const struct pair rows[] = {
        { 0x0000, 0x8000, 0x0000 }, /* 0 + -0 */
        { 0x3c00, 0xbc00, 0x0000 }, /* 1 - 1 */
        { 0x6800, 0x3c00, 0x6800 }, /* 2048 + 1: halfway, and 2048 is even */
        { 0x6801, 0x3c00, 0x6802 }, /* 2050 + 1: halfway, and 2052 is even */
        { 0x7bff, 0x7bff, 0x7c00 }, /* 65504 + 65504 */
        { 0x7bff, 0x4b00, 0x7bff }, /* 65504 + 14: less than half of the next step, 32 */
        { 0x7bff, 0x4c00, 0x7c00 }, /* 65504 + 16: halfway to 65536 */
        { 0x7c00, 0x7c00, 0x7c00 }, /* infinity and more */
        { 0x7e01, 0x3c00, 0x7e00 }, /* none stays none; which one, is not kept */
        { 0x0001, 0x0001, 0x0002 }, /* the smallest, 2^-24, twice */
        { 0x03ff, 0x0001, 0x0400 }, /* the largest subnormal and one more */
    };

    (void)state;
    CHECK(ncclFloat16, ncclSum, rows);
}

static void test_gang_reduce__half_products(void **state)
{
    static const struct pair rows[] = {
        { 0x0400, 0x3800, 0x0200 }, /* 2^-14 / 2 */
        { 0x0001, 0x3800, 0x0000 }, /* 2^-24 / 2: halfway, and 0 is even */
        { 0x0003, 0x3800, 0x0002 }, /* 3 2^-24 / 2: halfway, and 2 is even */
        { 0x0001, 0xb400, 0x8000 }, /* 2^-24 / -4 */
        { 0x3c01, 0x3c01, 0x3c02 }, /* (1 + 2^-10)^2 is 1 + 2^-9 and a little */
    };

    (void)state;
    CHECK(ncclFloat16, ncclProd, rows);
}

static void test_gang_reduce__bfloat16_sums(void **state)
{
    static const struct pair rows[] = {
        { 0x3f80, 0x3f80, 0x4000 }, /* 1 + 1 */
        { 0x4380, 0x3f80, 0x4380 }, /* 256 + 1: halfway, and 256 is even */
        { 0x4381, 0x3f80, 0x4382 }, /* 258 + 1: halfway, and 260 is even */
        { 0x7f7f, 0x7f7f, 0x7f80 }, /* the largest twice */
        { 0x7fc1, 0x3f80, 0x7fc1 }, /* none stays none */
    };

    (void)state;
    CHECK(ncclBfloat16, ncclSum, rows);
}

static void test_gang_reduce__half_extremes(void **state)
{
    static const struct pair most[] = { { 0xc000, 0x3c00, 0x3c00 }, { 0xc000, 0xbc00, 0xbc00 } };
    static const struct pair least[] = { { 0xc000, 0x3c00, 0xc000 }, { 0xc000, 0xbc00, 0xc000 } };

    (void)state;
    CHECK(ncclFloat16, ncclMax, most);
    CHECK(ncclFloat16, ncclMin, least);
}

static void test_gang_reduce__integers_wrap_around(void **state)
{
    const int32_t one = INT32_MAX, other = 1;
    const int8_t small = 127, two = 2;
    const uint64_t wide = UINT64_MAX, three = 3;
    const void *const ints[] = { &one, &other };
    const void *const bytes[] = { &small, &two };
    const void *const wides[] = { &wide, &three };
    int32_t sum = 0;
    int8_t byte = 0;
    uint64_t product = 0;

    (void)state;
    sim_gang_reduce(ncclInt32, ncclSum, &sum, ints, 2, 0, 1);
    assert_int_equal(sum, INT32_MIN);
    sim_gang_reduce(ncclInt8, ncclSum, &byte, bytes, 2, 0, 1);
    assert_int_equal(byte, -127);
    sim_gang_reduce(ncclUint64, ncclProd, &product, wides, 2, 0, 1);
    assert_true(product == UINT64_MAX - 2); /* -1 times 3 */
}

/* The average of integers is cut towards 0. */
static void test_gang_reduce__averages(void **state)
{
    const int32_t one = -3, other = -4;
    const double first = 1, second = 2;
    const void *const ints[] = { &one, &other };
    const void *const doubles[] = { &first, &second };
    int32_t cut = 0;
    double half = 0;

    (void)state;
    sim_gang_reduce(ncclInt32, ncclAvg, &cut, ints, 2, 0, 1);
    assert_int_equal(cut, -3);
    sim_gang_reduce(ncclFloat64, ncclAvg, &half, doubles, 2, 0, 1);
    assert_true(half == 1.5);
}

/* Longer than a block, from the middle: nothing beside it is touched. */
static void test_gang_reduce__a_range(void **state)
{
    enum { COUNT = 5000, FROM = 7, END = 4990 };
    static float one[COUNT], other[COUNT], target[COUNT];
    const void *const sources[] = { one, other };

    (void)state;
    for (unsigned i = 0; i < COUNT; i++) {
        one[i] = (float)i;
        other[i] = 0.5f;
        target[i] = -1.0f;
    }
    sim_gang_reduce(ncclFloat32, ncclSum, target, sources, 2, FROM, END);
    for (unsigned i = 0; i < COUNT; i++)
        assert_true(target[i] == (i >= FROM && i < END ? (float)i + 0.5f : -1.0f));
}

static void test_gang_reduce__scaling(void **state)
{
    const uint16_t half = 0x4000, source[] = { 0x3c00, 0x7bff }; /* 2; 1, 65504 */
    const int32_t minus = -2, whole[] = { 5, INT32_MIN };
    uint16_t halves[2];
    int32_t wholes[2];

    (void)state;
    sim_gang_scale(ncclFloat16, halves, source, &half, 2);
    assert_int_equal(halves[0], 0x4000);
    assert_int_equal(halves[1], 0x7c00);
    sim_gang_scale(ncclInt32, wholes, whole, &minus, 2);
    assert_int_equal(wholes[0], -10);
    assert_int_equal(wholes[1], 0);
}

static void test_gang_reduce__types_have_sizes(void **state)
{
    static const struct {
        int type;
        size_t size;
    } rows[] = { { ncclInt8, 1 },         { ncclInt32, 4 },   { ncclUint64, 8 },
                 { ncclFloat16, 2 },      { ncclFloat64, 8 }, { ncclBfloat16, 2 },
                 { ncclBfloat16 + 1, 0 }, { -1, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(sim_gang_type_bytes(rows[i].type), rows[i].size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gang_reduce__half_sums),
        cmocka_unit_test(test_gang_reduce__half_products),
        cmocka_unit_test(test_gang_reduce__bfloat16_sums),
        cmocka_unit_test(test_gang_reduce__half_extremes),
        cmocka_unit_test(test_gang_reduce__integers_wrap_around),
        cmocka_unit_test(test_gang_reduce__averages),
        cmocka_unit_test(test_gang_reduce__a_range),
        cmocka_unit_test(test_gang_reduce__scaling),
        cmocka_unit_test(test_gang_reduce__types_have_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
