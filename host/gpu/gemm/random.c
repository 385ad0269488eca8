/* SPDX-License-Identifier: Apache-2.0 */
/* Random matrices; see random.h. */
#include "gpu/gemm/random.h"

#include <math.h>
#include <string.h>

#include "gpu/gemm/element.h"
#include "gpu/share.h"

/* Elements that are made at a time. */
#define CHUNK 512

/* The step and the finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/* Of a seed that is scrambled itself. */
static uint64_t bits_of(uint64_t scrambled, uint64_t index)
{
    return scramble(scrambled + (index + 1) * 0x9e3779b97f4a7c15U);
}

uint64_t gst_gemm_random_bits(uint64_t seed, uint64_t index)
{
    return bits_of(scramble(seed), index);
}

/* A sign and `bits` bits after the point. Without a branch, which would be taken at random. */
static double number_of(uint64_t random, int bits, double step)
{
    const double magnitude = (double)(int64_t)(random >> (64 - bits)) * step;
    uint64_t number;
    double value;

    memcpy(&number, &magnitude, sizeof(number));
    number |= (~random & 1) << 63;
    memcpy(&value, &number, sizeof(value));
    return value;
}

struct matrix {
    enum gst_gemm_type type;
    void *elements;
    uint64_t seed;
};

static void fill_part(void *work, size_t first, size_t end)
{
    const struct matrix *matrix = work;
    const int bits = gst_gemm_significant_bits(matrix->type);
    const uint64_t scrambled = scramble(matrix->seed);
    const double step = ldexp(1, -bits);
    double numbers[CHUNK];

    for (; first < end; first += CHUNK) {
        const size_t length = end - first < CHUNK ? end - first : CHUNK;

        for (size_t i = 0; i < length; i++)
            numbers[i] = number_of(bits_of(scrambled, first + i), bits, step);
        gst_gemm_store(matrix->type, matrix->elements, first, numbers, length);
    }
}

void gst_gemm_random_fill(enum gst_gemm_type type, void *elements, size_t count, uint64_t seed)
{
    struct matrix matrix = { .type = type, .elements = elements, .seed = seed };

    gst_share(count, GST_GEMM_PART, fill_part, &matrix);
}
