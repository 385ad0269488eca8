/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns, amounts and words; see plan.h. */
#include "workloads/memory_test/plan.h"

#include <inttypes.h>
#include <stdio.h>

#define VECTOR_BYTES ((uint64_t)16)
#define MARGIN_SHARE 64
#define MARGIN_LEAST ((uint64_t)64 << 20)

/* One bit walks through 64 neighbours; each further start moves it on in every word, so that it
 * meets each cell's neighbours at other places. */
const struct gst_memory_step gst_memory_steps[GST_MEMORY_STEPS] = {
    { "own address", GST_MEMORY_ADDRESS, 0, false },
    { "own address inverted", GST_MEMORY_ADDRESS, 0, true },
    { "walking ones from bit 0", GST_MEMORY_WALKING_BIT, 0, false },
    { "walking zeros from bit 0", GST_MEMORY_WALKING_BIT, 0, true },
    { "walking ones from bit 16", GST_MEMORY_WALKING_BIT, 16, false },
    { "walking zeros from bit 16", GST_MEMORY_WALKING_BIT, 16, true },
    { "walking ones from bit 32", GST_MEMORY_WALKING_BIT, 32, false },
    { "walking zeros from bit 32", GST_MEMORY_WALKING_BIT, 32, true },
    { "walking ones from bit 48", GST_MEMORY_WALKING_BIT, 48, false },
    { "walking zeros from bit 48", GST_MEMORY_WALKING_BIT, 48, true },
    { "random numbers 1", GST_MEMORY_RANDOM, 0, false },
    { "random numbers 1 inverted", GST_MEMORY_RANDOM, 0, true },
    { "random numbers 2", GST_MEMORY_RANDOM, 1, false },
    { "random numbers 2 inverted", GST_MEMORY_RANDOM, 1, true },
    { "random numbers 3", GST_MEMORY_RANDOM, 2, false },
    { "random numbers 3 inverted", GST_MEMORY_RANDOM, 2, true },
};

uint64_t gst_memory_key(const struct gst_memory_step *step, uint64_t seed)
{
    /* An odd factor keeps the streams of neighbouring numbers apart (2^64 over the golden ratio).
     */
    return step->pattern == GST_MEMORY_RANDOM ? (seed + step->key) * 0x9e3779b97f4a7c15u
                                              : step->key;
}

uint64_t gst_memory_inverse(const struct gst_memory_step *step)
{
    return step->is_inverse ? UINT64_MAX : 0;
}

/* SplitMix64's finaliser, as kernels/memory_test.h promises it. */
static uint64_t scramble(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t gst_memory_word(const struct gst_memory_step *step, uint64_t seed, uint64_t word)
{
    const uint64_t key = gst_memory_key(step, seed);
    const uint64_t inverse = gst_memory_inverse(step);

    switch (step->pattern) {
    case GST_MEMORY_ADDRESS:
        return (word * sizeof(word)) ^ inverse;
    case GST_MEMORY_WALKING_BIT:
        return ((uint64_t)1 << ((word + key) % 64)) ^ inverse;
    case GST_MEMORY_RANDOM:
        return scramble(word + key) ^ inverse;
    }
    return 0;
}

static uint64_t whole_vectors(uint64_t bytes)
{
    return bytes < VECTOR_BYTES ? VECTOR_BYTES : bytes / VECTOR_BYTES * VECTOR_BYTES;
}

uint64_t gst_memory_usable_bytes(uint64_t available, uint64_t total)
{
    uint64_t margin = total / MARGIN_SHARE;

    margin = margin < MARGIN_LEAST ? MARGIN_LEAST : margin;
    margin = margin > available / 2 ? available / 2 : margin;
    return whole_vectors(available - margin);
}

uint64_t gst_memory_affordable_bytes(uint64_t bytes, uint64_t trial_bytes, double seconds,
                                     unsigned steps, double budget_s)
{
    const double wanted_s = seconds / (double)trial_bytes * (double)bytes * steps;

    if (!(wanted_s > budget_s))
        return bytes;
    return whole_vectors((uint64_t)((double)bytes * (budget_s / wanted_s)));
}

const char *gst_memory_difference(char *text, size_t size, uint64_t offset, uint64_t expected,
                                  uint64_t found)
{
    const uint64_t mask = expected ^ found;
    const int count = __builtin_popcountll(mask);

    if (count == 1) {
        const unsigned bit = (unsigned)__builtin_ctzll(mask);

        snprintf(text, size, "byte 0x%" PRIx64 " bit %u flipped", offset + bit / 8, bit % 8);
    } else {
        snprintf(text, size, "%d bits differ, mask 0x%016" PRIx64, count, mask);
    }
    return text;
}
