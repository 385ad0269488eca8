/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host knows the result must be: input patterns and comparisons. Pure and fast, since
 * every element is compared, on the CPU, with nothing taken from the GPU's own arithmetic.
 */
#ifndef GST_GPU_REFERENCE_H
#define GST_GPU_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills x[i] with a whole number below 2^22 that depends on seed and index alone, so that the sum
 * of two is exact in single precision and an element in the wrong place shows. */
void gst_reference_fill(float *x, size_t n, uint64_t seed);

struct gst_mismatch {
    size_t count; /* elements that differ, NaN included */
    size_t first; /* index of the first of them */
    float expected;
    float observed;
    bool is_one_bit; /* the first differs from what was expected in exactly one bit */
};

/* Compares c[i] with a[i] + b[i] for all i < n. */
struct gst_mismatch gst_reference_compare_sum(const float *a, const float *b, const float *c,
                                              size_t n);

/* Compares observed[i] with expected[i], bit by bit. */
struct gst_mismatch gst_reference_compare(const float *expected, const float *observed, size_t n);

#endif
