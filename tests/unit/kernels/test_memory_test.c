/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of memory_test: what it writes against a formula in plain C, what it counts against
 * errors that are planted, sizes around every boundary, all orders. What lies behind the last
 * vector must stay as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/memory_test.h"
#include "run_twin.h"

#define LARGEST 1500 /* vectors */
#define GUARD   16
#define STRANGE 0x5a5a5a5a5a5a5a5au
#define FIRST   1001

static _Alignas(16) uint64_t data[2 * LARGEST + GUARD];
static struct gst_memory_test_result result;

static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE, SIM_ORDER_SHUFFLED };

static void launch(unsigned vectors, enum gst_memory_pattern pattern, bool is_check, unsigned grid,
                   unsigned block, enum sim_order order)
{
    const struct gst_memory_test_args args = {
        .data = data,
        .vectors = vectors,
        .first_word = FIRST,
        .key = 5,
        .inverse = UINT64_MAX,
        .pattern = pattern,
        .is_check = is_check,
        .result = &result,
    };

    run_twin("memory_test", &args, 56, grid, block, order);
}

static uint64_t expected(enum gst_memory_pattern pattern, uint64_t word)
{
    uint64_t x = word + 5;

    if (pattern == GST_MEMORY_ADDRESS)
        return ~(word * 8);
    if (pattern == GST_MEMORY_WALKING_BIT)
        return ~((uint64_t)1 << ((word + 5) % 64));
    /* SplitMix64's finaliser */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return ~(x ^ (x >> 31));
}

static void poison(void)
{
    for (size_t i = 0; i < sizeof(data) / sizeof(*data); i++)
        data[i] = STRANGE;
}

static void write_and_check(unsigned vectors, const unsigned shape[2], enum sim_order order)
{
    for (enum gst_memory_pattern pattern = 0; pattern <= GST_MEMORY_RANDOM; pattern++) {
        poison();
        launch(vectors, pattern, false, shape[0], shape[1], order);
        for (size_t i = 0; i < sizeof(data) / sizeof(*data); i++)
            assert_true(data[i] == (i < 2 * vectors ? expected(pattern, FIRST + i) : STRANGE));
        memset(&result, 0, sizeof(result));
        launch(vectors, pattern, true, shape[0], shape[1], order);
        assert_int_equal(result.checked, 2 * vectors);
        assert_int_equal(result.wrong, 0);
    }
}

static void test_memory_test__equals_plain_c(void **state)
{
    static const unsigned sizes[] = { 0, 1, 2, 31, 32, 33, 127, 129, 1023, 1025, 1499 };
    static const unsigned shapes[][2] = { { 1, 1 },  { 1, 32 },  { 2, 33 },  { 7, 96 },
                                          { 40, 8 }, { 300, 1 }, { 3, 1024 } };

    (void)state;
    for (size_t n = 0; n < sizeof(sizes) / sizeof(*sizes); n++) {
        for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
            for (size_t o = 0; o < 3; o++)
                write_and_check(sizes[n], shapes[s], orders[o]);
        }
    }
}

/* Whichever word it is: the quick part of the loop, its tail, either half of a vector. */
static void test_memory_test__finds_any_wrong_word(void **state)
{
    const unsigned vectors = 333;

    (void)state;
    poison();
    launch(vectors, GST_MEMORY_RANDOM, false, 2, 32, SIM_ORDER_FORWARD);
    for (unsigned word = 0; word < 2 * vectors; word++) {
        data[word] ^= (uint64_t)1 << (word % 64);
        memset(&result, 0, sizeof(result));
        launch(vectors, GST_MEMORY_RANDOM, true, 2, 32, orders[word % 3]);
        assert_int_equal(result.wrong, 1);
        assert_int_equal(result.word[0], word);
        assert_true(result.found[0] == data[word]);
        assert_true(result.expected[0] == expected(GST_MEMORY_RANDOM, FIRST + word));
        data[word] ^= (uint64_t)1 << (word % 64);
    }
}

static void test_memory_test__counts_more_than_it_keeps(void **state)
{
    (void)state;
    poison();
    memset(&result, 0, sizeof(result));
    launch(200, GST_MEMORY_ADDRESS, true, 3, 32, SIM_ORDER_REVERSE);
    assert_int_equal(result.wrong, 400);
    assert_int_equal(result.checked, 400);
    for (int i = 0; i < GST_MEMORY_TEST_KEPT; i++) {
        assert_true(result.found[i] == STRANGE);
        assert_true(result.expected[i] == expected(GST_MEMORY_ADDRESS, FIRST + result.word[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_test__equals_plain_c),
        cmocka_unit_test(test_memory_test__finds_any_wrong_word),
        cmocka_unit_test(test_memory_test__counts_more_than_it_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
