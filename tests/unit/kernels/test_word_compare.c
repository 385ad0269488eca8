/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of word_compare: what it counts against words that are made wrong one by one, sizes
 * around every boundary, all orders. What lies behind the last copy must not be looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/word_compare.h"
#include "run_twin.h"

#define LARGEST  700 /* vectors */
#define COPIES   3
#define NAN_BITS 0x7fc00001U
#define ONE_BITS 0x3f800000U

static _Alignas(16) uint32_t reference[4 * LARGEST];
static _Alignas(16) uint32_t copies[4 * LARGEST * COPIES + 4];
static struct gst_word_compare_result result;

static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE, SIM_ORDER_SHUFFLED };

static void launch(unsigned vectors, bool is_counting, unsigned grid, unsigned block,
                   enum sim_order order)
{
    const struct gst_word_compare_args args = {
        .copies = copies,
        .reference = reference,
        .vectors = vectors,
        .copy_count = COPIES,
        .is_counting = is_counting,
        .result = &result,
    };

    run_twin("word_compare", &args, 40, grid, block, order);
}

/* The word behind the last copy is wrong for all of them. */
static void fill(unsigned vectors)
{
    for (unsigned i = 0; i < 4 * vectors; i++)
        reference[i] = ONE_BITS + i;
    for (unsigned copy = 0; copy < COPIES; copy++)
        memcpy(&copies[(size_t)4 * vectors * copy], reference, (size_t)16 * vectors);
    memset(&copies[(size_t)4 * vectors * COPIES], 0xff, 16);
    memset(&result, 0, sizeof(result));
}

static void test_word_compare__equal(void **state)
{
    static const unsigned sizes[] = { 0, 1, 31, 32, 33, 127, 129, 700 };
    static const unsigned shapes[][2] = { { 1, 1 }, { 2, 33 }, { 7, 96 }, { 300, 1 }, { 3, 1024 } };

    (void)state;
    for (size_t n = 0; n < sizeof(sizes) / sizeof(*sizes); n++) {
        for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
            fill(sizes[n]);
            launch(sizes[n], true, shapes[s][0], shapes[s][1], orders[s % 3]);
            assert_int_equal(result.checked, 4 * sizes[n] * COPIES);
            assert_int_equal(result.wrong, 0);
            assert_true(result.first == 0);
        }
    }
}

/* Whatever is not counted leaves no trace, so that it can be done again and again. */
static void test_word_compare__leaves_the_result(void **state)
{
    static const struct gst_word_compare_result zero;

    (void)state;
    fill(129);
    launch(129, false, 7, 32, SIM_ORDER_FORWARD);
    assert_memory_equal(&result, &zero, sizeof(zero));
}

static void test_word_compare__finds_any_wrong_word(void **state)
{
    const unsigned vectors = 71;

    (void)state;
    fill(vectors);
    for (unsigned word = 0; word < 4 * vectors * COPIES; word++) {
        const uint32_t right = copies[word];

        copies[word] ^= 1U << (word % 32);
        memset(&result, 0, sizeof(result));
        launch(vectors, false, 2, 32, orders[word % 3]);
        assert_int_equal(result.wrong, 1);
        assert_true(result.first >> 32 == GST_WORD_COMPARE_LAST - word);
        assert_true((uint32_t)result.first == copies[word]);
        copies[word] = right;
    }
}

/* A NaN that equals nothing, in the original, too: bits are compared, and equal bits are equal. */
static void test_word_compare__kinds(void **state)
{
    (void)state;
    fill(100);
    reference[8] = NAN_BITS;
    for (unsigned copy = 0; copy < COPIES; copy++)
        copies[400 * copy + 8] = NAN_BITS;
    copies[399] = NAN_BITS;   /* NaN */
    copies[17] = 0xff800000U; /* infinity */
    copies[400 + 5] = GST_WORD_POISON;
    copies[800 + 1] = 0x80000000U; /* a wrong number */
    launch(100, true, 4, 32, SIM_ORDER_SHUFFLED);
    assert_int_equal(result.checked, 1200);
    assert_int_equal(result.wrong, 4);
    assert_int_equal(result.not_finite, 2);
    assert_int_equal(result.unwritten, 1);
    assert_true(result.first >> 32 == GST_WORD_COMPARE_LAST - 17);
    assert_true((uint32_t)result.first == 0xff800000U);
}

/* Each thread finds many, of each kind, and tells them once: all are counted, and the first of all
 * threads is the first, in whatever order they end. */
static void test_word_compare__every_word_wrong(void **state)
{
    static const unsigned shapes[][2] = { { 1, 1 }, { 3, 32 }, { 7, 96 } };
    const unsigned words = 4 * 500 * COPIES;

    (void)state;
    for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
        for (size_t o = 0; o < sizeof(orders) / sizeof(*orders); o++) {
            fill(500);
            for (unsigned word = 0; word < words; word++)
                copies[word] = word % 3 == 0   ? GST_WORD_POISON
                               : word % 3 == 1 ? NAN_BITS
                                               : copies[word] ^ 1;
            launch(500, false, shapes[s][0], shapes[s][1], orders[o]);
            assert_int_equal(result.wrong, words);
            assert_int_equal(result.unwritten, words / 3);
            assert_int_equal(result.not_finite, words / 3);
            assert_true(result.first >> 32 == GST_WORD_COMPARE_LAST);
            assert_true((uint32_t)result.first == GST_WORD_POISON);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word_compare__equal),
        cmocka_unit_test(test_word_compare__leaves_the_result),
        cmocka_unit_test(test_word_compare__finds_any_wrong_word),
        cmocka_unit_test(test_word_compare__kinds),
        cmocka_unit_test(test_word_compare__every_word_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
