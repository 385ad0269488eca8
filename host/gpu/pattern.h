/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data that copies carry, and the comparison of what arrived. Pure. Unlike the input of kernels
 * (reference.h) it uses all 32 bits of a word, since a link can lose any of them.
 */
#ifndef GST_GPU_PATTERN_H
#define GST_GPU_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Word i of pattern `seed`. No two words of a pattern are the same, so a word in the wrong place
 * shows; two patterns differ in every word, so whatever held one is poison for the next, and data
 * that stayed behind shows. */
uint32_t gst_pattern_word(uint32_t seed, size_t i);

/* The seed of a pattern that begins with word `offset` of pattern `seed`: one long pattern holds as
 * many fresh ones as it has words to spare, without writing it again. */
uint32_t gst_pattern_seed_at(uint32_t seed, size_t offset);

void gst_pattern_fill(uint32_t *words, size_t n, uint32_t seed);

struct gst_pattern_mismatch {
    size_t count; /* words that differ */
    size_t first; /* index of the first of them */
    uint32_t expected;
    uint32_t observed;
    bool is_one_bit; /* the first differs in exactly one bit */
};

/* "1 of 4096 words are wrong after a copy, the first is 7: 0x00000001, expected 0x00000003 (one bit
 * flipped)"; `what` was done with them: "after a copy". Returns `text`. Pure. */
const char *gst_pattern_describe(const struct gst_pattern_mismatch *found, size_t n,
                                 const char *what, char *text, size_t size);

/* Does every one of n words hold `word`, such as what was there before a copy that moved nothing?
 */
bool gst_words_are_all(const uint32_t *words, size_t n, uint32_t word);

/* Compares all n words with pattern `seed`. */
struct gst_pattern_mismatch gst_pattern_compare(const uint32_t *words, size_t n, uint32_t seed);

/* The same, and the comparison is itself under test: one word is made wrong by one bit, and must be
 * found. Right data, which are the rule, are read once for both. *is_caught is false where nothing
 * was found although something was wrong. `words` are afterwards what they were. */
struct gst_pattern_mismatch gst_pattern_compare_planted(uint32_t *words, size_t n, uint32_t seed,
                                                        bool *is_caught);

#endif
