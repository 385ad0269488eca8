/* SPDX-License-Identifier: Apache-2.0 */
/* Random matrices; see random.h. */
#include "gpu/gemm/random.h"

#include <math.h>

#include "gpu/gemm/element.h"

#define CHUNK 512

/* The step and the finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

uint64_t gst_gemm_random_bits(uint64_t seed, uint64_t index)
{
    return scramble(scramble(seed) + (index + 1) * 0x9e3779b97f4a7c15U);
}

/* A sign and `bits` bits after the point. */
static double number_of(uint64_t random, int bits, double step)
{
    const double magnitude = (double)(random >> (64 - bits)) * step;

    return random & 1 ? magnitude : -magnitude;
}

void gst_gemm_random_fill(enum gst_gemm_type type, void *elements, size_t count, uint64_t seed)
{
    const int bits = gst_gemm_significant_bits(type);
    const double step = ldexp(1, -bits);
    double numbers[CHUNK];

    for (size_t first = 0; first < count; first += CHUNK) {
        const size_t length = count - first < CHUNK ? count - first : CHUNK;

        for (size_t i = 0; i < length; i++)
            numbers[i] = number_of(gst_gemm_random_bits(seed, first + i), bits, step);
        gst_gemm_store(type, elements, first, numbers, length);
    }
}
