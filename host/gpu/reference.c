/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns and comparisons; see reference.h. */
#include "gpu/reference.h"

#include <string.h>

/* Long enough to hide the loop's overhead, short enough that the second look at a block with a
 * mismatch costs nothing. */
#define BLOCK_ELEMENTS 4096

/* Two rounds of multiply and xor-shift: neighbouring indices and seeds give unrelated values. The
 * multipliers are those of the "lowbias32" hash (Chris Wellons, 2018). */
static uint32_t scramble(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    x ^= x >> 16;
    return x;
}

void gst_reference_fill(float *x, size_t n, uint64_t seed)
{
    const uint32_t offset = scramble((uint32_t)seed) ^ (uint32_t)(seed >> 32);

    for (size_t i = 0; i < n; i++)
        x[i] = (float)(int32_t)(scramble((uint32_t)i + offset) & 0x3fffffU);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static void note_mismatch(struct gst_mismatch *found, size_t index, float expected, float observed)
{
    if (found->count++ > 0)
        return;
    found->first = index;
    found->expected = expected;
    found->observed = observed;
    found->is_one_bit = __builtin_popcount(bits_of(expected) ^ bits_of(observed)) == 1;
}

/* Counts without branches first, so that the compiler makes vector code of the whole comparison. */
static uint32_t differing_sums(const float *a, const float *b, const float *c, size_t n)
{
    uint32_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += (uint32_t)(a[i] + b[i] != c[i]);
    return count;
}

struct gst_mismatch gst_reference_compare_sum(const float *a, const float *b, const float *c,
                                              size_t n)
{
    struct gst_mismatch found = { .count = 0 };

    for (size_t start = 0; start < n; start += BLOCK_ELEMENTS) {
        const size_t length = n - start < BLOCK_ELEMENTS ? n - start : BLOCK_ELEMENTS;

        if (differing_sums(a + start, b + start, c + start, length) == 0)
            continue;
        for (size_t i = start; i < start + length; i++) {
            if (a[i] + b[i] != c[i])
                note_mismatch(&found, i, a[i] + b[i], c[i]);
        }
    }
    return found;
}

struct gst_mismatch gst_reference_compare(const float *expected, const float *observed, size_t n)
{
    struct gst_mismatch found = { .count = 0 };

    for (size_t i = 0; i < n; i++) {
        if (bits_of(expected[i]) != bits_of(observed[i]))
            note_mismatch(&found, i, expected[i], observed[i]);
    }
    return found;
}
