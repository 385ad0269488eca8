/* SPDX-License-Identifier: Apache-2.0 */
/* A walk through all 32-bit words with a fixed odd stride; see pattern.h. */
#include "gpu/pattern.h"

#include <stdio.h>

/* Long enough to hide the loop's overhead, short enough that a second look costs nothing. */
#define BLOCK_WORDS 4096

/* 2^32 divided by the golden ratio, made odd: neighbours lie far apart, and no word comes twice in
 * 2^32 (D. Knuth, The Art of Computer Programming, volume 3, section 6.4). */
#define STRIDE 0x9e3779b9U

/* The xor-shift carries the high bits, which change most, into the low ones; it loses nothing, so
 * different sums stay different. */
static inline uint32_t mix(uint32_t x)
{
    return x ^ (x >> 16);
}

uint32_t gst_pattern_word(uint32_t seed, size_t i)
{
    return mix((uint32_t)i * STRIDE + seed);
}

uint32_t gst_pattern_seed_at(uint32_t seed, size_t offset)
{
    return seed + (uint32_t)offset * STRIDE;
}

void gst_pattern_fill(uint32_t *words, size_t n, uint32_t seed)
{
    uint32_t x = seed;

    for (size_t i = 0; i < n; i++, x += STRIDE)
        words[i] = mix(x);
}

/* Counts without branches and walks by addition, so that the compiler makes vector code of it: the
 * oldest x86-64 has no instruction that multiplies vectors of such words. */
static uint32_t differing(const uint32_t *words, size_t start, size_t end, uint32_t seed)
{
    uint32_t x = gst_pattern_seed_at(seed, start);
    uint32_t count = 0;

    for (size_t i = start; i < end; i++, x += STRIDE)
        count += (uint32_t)(words[i] != mix(x));
    return count;
}

static void find_first(struct gst_pattern_mismatch *found, const uint32_t *words, size_t start,
                       uint32_t seed)
{
    size_t i = start;

    while (words[i] == gst_pattern_word(seed, i))
        i++;
    found->first = i;
    found->expected = gst_pattern_word(seed, i);
    found->observed = words[i];
    found->is_one_bit = __builtin_popcount(found->expected ^ found->observed) == 1;
}

struct gst_pattern_mismatch gst_pattern_compare(const uint32_t *words, size_t n, uint32_t seed)
{
    struct gst_pattern_mismatch found = { .count = 0 };

    for (size_t start = 0; start < n; start += BLOCK_WORDS) {
        const size_t end = n - start < BLOCK_WORDS ? n : start + BLOCK_WORDS;
        const uint32_t count = differing(words, start, end, seed);

        if (count > 0 && found.count == 0)
            find_first(&found, words, start, seed);
        found.count += count;
    }
    return found;
}

struct gst_pattern_mismatch gst_pattern_compare_planted(uint32_t *words, size_t n, uint32_t seed,
                                                        bool *is_caught)
{
    const size_t index = n / 2;
    struct gst_pattern_mismatch found;

    words[index] ^= 1U;
    found = gst_pattern_compare(words, n, seed);
    words[index] ^= 1U;
    *is_caught = found.count == 1 && found.first == index
                 && (found.observed ^ found.expected) == 1U; /* by this bit, and by no other */
    if (*is_caught)
        return (struct gst_pattern_mismatch){ .count = 0 };
    found = gst_pattern_compare(words, n, seed);
    *is_caught = found.count > 0;
    return found;
}

const char *gst_pattern_describe(const struct gst_pattern_mismatch *found, size_t n,
                                 const char *what, char *text, size_t size)
{
    snprintf(text, size,
             "%zu of %zu words are wrong %s, the first is %zu: 0x%08x, expected 0x%08x%s",
             found->count, n, what, found->first, found->observed, found->expected,
             found->is_one_bit ? " (one bit flipped)" : "");
    return text;
}

bool gst_words_are_all(const uint32_t *words, size_t n, uint32_t word)
{
    size_t i = 0;

    while (i < n && words[i] == word)
        i++;
    return i == n;
}
