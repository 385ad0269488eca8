/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of which every element is known at once and exactly. op(A) and op(B) are whole numbers
 * of rank two,
 *
 *     op(A)(i, l) = u0(i) p0(l) + u1(i) p1(l)     op(B)(l, j) = q0(l) v0(j) + q1(l) v1(j)
 *
 * so that C(i, j) = w0(i) v0(j) + w1(i) v1(j), where w is made of u and four sums over l: two
 * multiplications for an element, whatever k is. All sums of |a b| stay below 2^24, so single
 * precision holds each partial sum exactly, in any order and however they are grouped: the right
 * answer is one, bit by bit. Pure.
 */
#ifndef GST_GPU_GEMM_EXACT_H
#define GST_GPU_GEMM_EXACT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/gemm_peaks.h"
#include "core/status.h"
#include "gpu/gemm/shape.h"

enum gst_gemm_numbers {
    /* Up to 40 of either sign: every type holds them. |a b| <= 1600, so k may be 8192. */
    GST_GEMM_NARROW,
    /* op(A): odd numbers of 12 bits, one more than TF32 keeps, each a tie for its rounding; op(B):
     * 1 and -1, and 0 in the last row if k is even. Rounded to TF32, each a is off by 1, whichever
     * way it goes: each element of C is then off by an odd number of at most k, and none is right.
     * k up to 4096. */
    GST_GEMM_WIDE,
};

#define GST_GEMM_NARROW_K_MOST 8192
#define GST_GEMM_WIDE_K_MOST   4096

/* Two numbers for each row of op(A), row and column of the sum's index, and column of op(B). */
struct gst_gemm_pair {
    float x, y;
};

struct gst_gemm_exact {
    struct gst_gemm_shape shape;
    struct gst_gemm_pair *u, *p, *q, *v; /* one allocation, u's */
    struct gst_gemm_pair *w;             /* of C's rows */
    struct gst_gemm_pair *swapped;       /* of op(B) op(A)'s rows; NULL if it is of no shape */
};

/* The numbers of `seed`. False if the host has no memory. */
bool gst_gemm_exact_init(struct gst_gemm_exact *exact, const struct gst_gemm_shape *shape,
                         enum gst_gemm_numbers numbers, uint64_t seed, struct gst_status *st);

/* A zeroed one is fine. */
void gst_gemm_exact_release(struct gst_gemm_exact *exact);

/* Fills A and B as they are stored, padding with NaN: a product that reads it shows. */
void gst_gemm_exact_fill_a(const struct gst_gemm_exact *exact, enum gst_gemm_type type, void *a);
void gst_gemm_exact_fill_b(const struct gst_gemm_exact *exact, enum gst_gemm_type type, void *b);

/* C(row, column), and of op(B) op(A), which is what a product with its operands swapped holds. */
float gst_gemm_exact_c(const struct gst_gemm_exact *exact, int row, int column);
float gst_gemm_exact_swapped(const struct gst_gemm_exact *exact, int row, int column);

#endif
