/* SPDX-License-Identifier: Apache-2.0 */
/* Which words are expected, how much memory is taken, how a wrong bit is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "workloads/memory_test/plan.h"

#define SEED 1234

/* Over as many words as a bit needs to come round, every bit of every word is one once and zero
 * once: that is what a pattern and its complement are for. */
static void test_memory_plan__every_step_is_followed_by_its_complement(void **state)
{
    (void)state;
    for (int s = 0; s < GST_MEMORY_STEPS; s += 2) {
        assert_false(gst_memory_steps[s].is_inverse);
        assert_true(gst_memory_steps[s + 1].is_inverse);
        for (uint64_t word = 0; word < 1000; word++)
            assert_true(gst_memory_word(&gst_memory_steps[s], SEED, word)
                        == ~gst_memory_word(&gst_memory_steps[s + 1], SEED, word));
    }
}

/* By hand: 8 x 513 = 0x1008; bit (70 + 16) mod 64 = 22; the first and the second output of
 * SplitMix64 seeded with 0 (Vigna's reference program) are the scrambled golden ratio and its
 * double. */
static void test_memory_plan__words_by_hand(void **state)
{
    static const struct gst_memory_step address = { "a", GST_MEMORY_ADDRESS, 0, false };
    static const struct gst_memory_step walking = { "w", GST_MEMORY_WALKING_BIT, 16, false };
    static const struct gst_memory_step random = { "r", GST_MEMORY_RANDOM, 0, false };
    static const struct gst_memory_step next = { "r", GST_MEMORY_RANDOM, 1, false };

    (void)state;
    assert_true(gst_memory_word(&address, SEED, 513) == 0x1008);
    assert_true(gst_memory_word(&walking, SEED, 70) == 1u << 22);
    assert_true(gst_memory_word(&random, 1, 0) == 0xe220a8397b1dcdafu);
    assert_true(gst_memory_word(&random, 2, 0) == 0x6e789e6aa1b965f4u);
    assert_true(gst_memory_word(&next, 1, 0) == 0x6e789e6aa1b965f4u);
}

static void test_memory_plan__each_bit_walks(void **state)
{
    (void)state;
    for (int s = 0; s < GST_MEMORY_STEPS; s++) {
        uint64_t seen = 0;

        if (gst_memory_steps[s].pattern != GST_MEMORY_WALKING_BIT || gst_memory_steps[s].is_inverse)
            continue;
        for (uint64_t word = 1000; word < 1064; word++) {
            const uint64_t value = gst_memory_word(&gst_memory_steps[s], SEED, word);

            assert_int_equal(__builtin_popcountll(value), 1);
            seen |= value;
        }
        assert_true(seen == UINT64_MAX);
    }
}

static void test_memory_plan__usable(void **state)
{
    static const struct {
        uint64_t available, total, usable;
    } rows[] = {
        /* 80 GiB: a 64th is 1.25 GiB */
        { 79ULL << 30, 80ULL << 30, (79ULL << 30) - (5ULL << 28) },
        { 1ULL << 30, 2ULL << 30, (1ULL << 30) - (64ULL << 20) },
        { 100ULL << 20, 2ULL << 30, 50ULL << 20 },
        { 1001, 2ULL << 30, 496 }, /* half is 500, the rest 501 is 31 vectors */
        { 0, 2ULL << 30, 16 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(gst_memory_usable_bytes(rows[i].available, rows[i].total), rows[i].usable);
}

static void test_memory_plan__affordable(void **state)
{
    static const struct {
        uint64_t bytes, trial;
        double seconds;
        unsigned steps;
        double budget_s;
        uint64_t affordable;
    } rows[] = {
        /* 1 GB/s written and read back: 80 GB take 80 s, ten times 800 s */
        { 80000000000, 1000000000, 1, 10, 800, 80000000000 },
        { 80000000000, 1000000000, 1, 10, 400, 40000000000 },
        { 80000000000, 1000000000, 0, 10, 400, 80000000000 },
        { 1600, 1600, 1, 1, 0.001, 16 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(gst_memory_affordable_bytes(rows[i].bytes, rows[i].trial, rows[i].seconds,
                                                     rows[i].steps, rows[i].budget_s),
                         rows[i].affordable);
}

static void test_memory_plan__difference(void **state)
{
    static const struct {
        uint64_t offset, expected, found;
        const char *text;
    } rows[] = {
        { 0x1000, 0x1000, 0x1008, "byte 0x1000 bit 3 flipped" },
        { 0x1000, 0, 0x8000000000000000u, "byte 0x1007 bit 7 flipped" },
        { 8, 0xff, 0xfc, "2 bits differ, mask 0x0000000000000003" },
        { 0, 0, UINT64_MAX, "64 bits differ, mask 0xffffffffffffffff" },
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_string_equal(gst_memory_difference(text, sizeof(text), rows[i].offset,
                                                  rows[i].expected, rows[i].found),
                            rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_plan__every_step_is_followed_by_its_complement),
        cmocka_unit_test(test_memory_plan__words_by_hand),
        cmocka_unit_test(test_memory_plan__each_bit_walks),
        cmocka_unit_test(test_memory_plan__usable),
        cmocka_unit_test(test_memory_plan__affordable),
        cmocka_unit_test(test_memory_plan__difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
