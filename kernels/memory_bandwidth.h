/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels memory_read, memory_write, memory_copy and memory_triad over buffers of `vectors` times
 * 16 bytes, any one-dimensional grid and block. Each block takes one contiguous chunk.
 *
 *     memory_read    sums[thread of the grid] = the words of x that it read, added as integers
 *     memory_write   z[i] = GST_MEMORY_WORD(seed, i)
 *     memory_copy    z[i] = x[i]
 *     memory_triad   z[i] = x[i] + GST_MEMORY_FACTOR * y[i]
 *
 * The sums are there so that reading has a result, which a compiler cannot leave out.
 */
#ifndef GST_KERNELS_MEMORY_BANDWIDTH_H
#define GST_KERNELS_MEMORY_BANDWIDTH_H

#include <stdint.h>

#define GST_MEMORY_VECTOR_BYTES 16

/* Loads that each thread has in flight: 8 x 4 registers stay far below the 64 that blocks of 1024
 * threads allow. */
#define GST_MEMORY_LOADS 8

/* With whole numbers below 2^22, as gst_reference_fill makes them, every step is exact in single
 * precision, fused or not. */
#define GST_MEMORY_FACTOR 3.0F

/* Word i of what memory_write writes: a whole number below 2^22. The multiplier is odd, so that
 * neighbours differ in many bits: 2^32 divided by the golden ratio (Knuth, volume 3, 6.4). */
#define GST_MEMORY_WORD_STEP 0x9e3779b1U
#define GST_MEMORY_WORD(seed, i)                                                                   \
    ((float)(int32_t)((((uint32_t)(i)*GST_MEMORY_WORD_STEP + (seed)) >> 10) & 0x3fffffU))

struct gst_memory_bandwidth_args {
    const float *x;
    const float *y;
    float *z;
    uint64_t *sums;
    uint64_t vectors;
    uint32_t seed;
    uint32_t sum_count; /* room in sums; threads beyond it store nothing */
};

#endif
