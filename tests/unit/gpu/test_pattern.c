/* SPDX-License-Identifier: Apache-2.0 */
/* The data that copies carry: every word of it counts, so every kind of damage has to show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gpu/pattern.h"

/* Longer than two blocks of the comparison, and not a multiple of anything. */
#define N 10007

static uint32_t words[N];

static int setup(void **state)
{
    (void)state;
    gst_pattern_fill(words, N, 7);
    return 0;
}

static int by_value(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static void test_fill__no_word_comes_twice(void **state)
{
    static uint32_t sorted[N];

    (void)state;
    gst_pattern_fill(sorted, N, 7);
    qsort(sorted, N, sizeof(*sorted), by_value);
    for (size_t i = 1; i < N; i++)
        assert_true(sorted[i - 1] != sorted[i]);
}

static void test_fill__another_seed_differs_in_every_word(void **state)
{
    static const uint32_t seeds[] = { 6, 8, 9, 0x10007, 0xffffffff };

    (void)state;
    for (size_t s = 0; s < sizeof(seeds) / sizeof(seeds[0]); s++)
        assert_int_equal(gst_pattern_compare(words, N, seeds[s]).count, N);
}

static void test_seed_at__is_the_pattern_from_there_on(void **state)
{
    static const size_t offsets[] = { 0, 1, 64, 4096, 10000 };

    (void)state;
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        const uint32_t seed = gst_pattern_seed_at(7, offsets[i]);

        assert_int_equal(gst_pattern_compare(words + offsets[i], N - offsets[i], seed).count, 0);
    }
}

/* A link can lose any bit: each has to be one about half of the time. */
static void test_fill__uses_every_bit(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 32; bit++) {
        size_t ones = 0;

        for (size_t i = 0; i < N; i++)
            ones += words[i] >> bit & 1;
        /* Half of 10007 is 5003; a tenth of that is ten standard deviations. */
        assert_in_range(ones, 4500, 5500);
    }
}

static void test_fill__words_are_told_by_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++)
        assert_int_equal(words[i], gst_pattern_word(7, i));
    /* Beyond 2^32 words the pattern comes again; before, the place decides. */
    assert_true(gst_pattern_word(7, 0xffffffff) != gst_pattern_word(7, 0));
}

static void test_compare__right_data_has_no_mismatch(void **state)
{
    (void)state;
    assert_int_equal(gst_pattern_compare(words, N, 7).count, 0);
    assert_int_equal(gst_pattern_compare(words, 0, 7).count, 0);
}

static void test_compare__finds_one_wrong_word_anywhere(void **state)
{
    static const size_t places[] = { 0, 1, 4095, 4096, 8191, 8192, N - 1 };

    (void)state;
    for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
        const uint32_t right = words[places[p]];
        struct gst_pattern_mismatch found;

        words[places[p]] = ~right;
        found = gst_pattern_compare(words, N, 7);
        words[places[p]] = right;
        assert_int_equal(found.count, 1);
        assert_int_equal(found.first, places[p]);
        assert_int_equal(found.expected, right);
        assert_int_equal(found.observed, ~right);
        assert_false(found.is_one_bit);
    }
}

static void test_compare__tells_one_bit_and_counts_all(void **state)
{
    struct gst_pattern_mismatch found;

    (void)state;
    words[9000] ^= 1U << 31;
    words[17] ^= 1U << 5;
    words[5000] = 0;
    found = gst_pattern_compare(words, N, 7);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.first, 17);
    assert_true(found.is_one_bit);
    gst_pattern_fill(words, N, 7);
}

static void test_compare__sees_data_in_the_wrong_place(void **state)
{
    (void)state;
    assert_int_equal(gst_pattern_compare(words + 1, N - 1, 7).count, N - 1);
}

static void test_planted__is_caught_and_taken_back(void **state)
{
    bool is_caught = false;
    (void)state;

    assert_int_equal(gst_pattern_compare_planted(words, N, 7, &is_caught).count, 0);
    assert_true(is_caught);
    assert_int_equal(gst_pattern_compare_planted(words, 1, 7, &is_caught).count, 0);
    assert_true(is_caught);
    assert_int_equal(gst_pattern_compare(words, N, 7).count, 0);
}

static void test_planted__hides_nothing_that_is_wrong(void **state)
{
    /* The word that is made wrong is that in the middle: it, by the same bit and by another, and a
     * word elsewhere. */
    const struct {
        size_t index;
        uint32_t bit;
    } rows[] = { { N / 2, 1U }, { N / 2, 0x80U }, { 0, 1U }, { N - 1, 1U << 31 } };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_pattern_mismatch found;
        bool is_caught = false;

        words[rows[i].index] ^= rows[i].bit;
        found = gst_pattern_compare_planted(words, N, 7, &is_caught);
        words[rows[i].index] ^= rows[i].bit;
        assert_int_equal(found.count, 1);
        assert_int_equal(found.first, rows[i].index);
        assert_true(is_caught);
    }
}

static void test_describe__names_the_first_word(void **state)
{
    const struct gst_pattern_mismatch one = { 1, 7, 0x10U, 0x11U, true };
    const struct gst_pattern_mismatch many = { 20, 0, 0xffU, 0U, false };
    char text[128];

    (void)state;
    assert_string_equal(gst_pattern_describe(&one, 64, "after a copy", text, sizeof(text)),
                        "1 of 64 words are wrong after a copy, the first is 7: 0x00000011, "
                        "expected 0x00000010 (one bit flipped)");
    assert_string_equal(gst_pattern_describe(&many, 64, "there", text, sizeof(text)),
                        "20 of 64 words are wrong there, the first is 0: 0x00000000, expected "
                        "0x000000ff");
}

static void test_all__of_one_word(void **state)
{
    uint32_t held[3] = { 5, 5, 5 };

    (void)state;
    assert_true(gst_words_are_all(held, 3, 5));
    assert_false(gst_words_are_all(held, 3, 4));
    held[2] = 6;
    assert_false(gst_words_are_all(held, 3, 5));
    assert_true(gst_words_are_all(held, 2, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fill__no_word_comes_twice),
        cmocka_unit_test(test_fill__another_seed_differs_in_every_word),
        cmocka_unit_test(test_seed_at__is_the_pattern_from_there_on),
        cmocka_unit_test(test_fill__uses_every_bit),
        cmocka_unit_test(test_fill__words_are_told_by_place),
        cmocka_unit_test(test_compare__right_data_has_no_mismatch),
        cmocka_unit_test(test_compare__finds_one_wrong_word_anywhere),
        cmocka_unit_test(test_compare__tells_one_bit_and_counts_all),
        cmocka_unit_test(test_compare__sees_data_in_the_wrong_place),
        cmocka_unit_test(test_describe__names_the_first_word),
        cmocka_unit_test(test_all__of_one_word),
        cmocka_unit_test(test_planted__is_caught_and_taken_back),
        cmocka_unit_test(test_planted__hides_nothing_that_is_wrong),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
