/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrices of one product, and the product made the long way: what is known of a product at once is
 * held against this.
 */
#ifndef GST_TEST_GEMM_MATRICES_H
#define GST_TEST_GEMM_MATRICES_H

#include <stdbool.h>

#include "gpu/gemm/check.h"
#include "gpu/gemm/exact.h"

struct matrices {
    struct gst_gemm_shape shape;
    enum gst_gemm_type type;
    void *a, *b, *c; /* owned, as they are stored */
};

/* Takes memory; C is poisoned. */
void matrices_init(struct matrices *x, enum gst_gemm_type type, const struct gst_gemm_shape *shape);
void matrices_release(struct matrices *x);

/* The same with A and B of random numbers. */
void matrices_random(struct matrices *x, enum gst_gemm_type type, struct gst_gemm_shape shape);

/* Elements of op(A), of op(B), and of C. */
double matrices_a(const struct matrices *x, int row, int l);
double matrices_b(const struct matrices *x, int l, int column);
double matrices_c(const struct matrices *x, int row, int column);

void matrices_put(struct matrices *x, int row, int column, double value);

/* One after the other, from the last if asked; sums in C's precision. */
void matrices_multiply(struct matrices *x, bool is_backwards);

/* Sums that are cut off instead of rounded, as tensor cores do to sums of eight products; k is a
 * multiple of eight, and C single precision. */
void matrices_multiply_truncating(struct matrices *x);

/* An exact product with its matrices: inputs are filled, C is poisoned. */
struct exact_product {
    struct gst_gemm_exact exact;
    struct matrices m;
};

void exact_product_init(struct exact_product *t, enum gst_gemm_type type,
                        const struct gst_gemm_shape *shape, enum gst_gemm_numbers numbers);
void exact_product_release(struct exact_product *t);
struct gst_gemm_wrong exact_product_check(const struct exact_product *t);

#endif
