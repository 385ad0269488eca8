/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A large product checked without making it again (R. Freivalds, 1977): if C is A B, then C x is
 * A (B x) for any vector x, and for a C that is wrong nearly no vector hides it. Blocks of columns
 * have a vector of signs each, so that every element of C counts in one sum, and no sum is of more
 * columns than its rounding allows: a single wrong element shows if it is off by more than
 * gst_gemm_sum_bound() of that many columns. What inputs alone decide is made once and held against
 * every GPU. In double precision. Pure.
 */
#ifndef GST_GPU_GEMM_FREIVALDS_H
#define GST_GPU_GEMM_FREIVALDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/gemm_peaks.h"
#include "core/status.h"
#include "gpu/gemm/far.h"
#include "gpu/gemm/shape.h"

#define GST_FREIVALDS_BLOCKS 16

struct gst_freivalds {
    enum gst_gemm_type type;
    struct gst_gemm_shape shape;
    int columns;   /* of a block; the last may have fewer */
    double *signs; /* of each column, owned */
    double *sums;  /* A (B x): m rows of each block, behind signs */
};

/* `a` and `b` as they are stored, neither transposed. Signs are of `seed`, apart from the numbers'
 * own. False if the host has no memory. */
bool gst_freivalds_init(struct gst_freivalds *f, enum gst_gemm_type type,
                        const struct gst_gemm_shape *shape, const void *a, const void *b,
                        uint64_t seed, struct gst_status *st);

/* A zeroed one is fine. */
void gst_freivalds_release(struct gst_freivalds *f);

/* Holds C x against it. False if the host has no memory. */
bool gst_freivalds_check(const struct gst_freivalds *f, const void *c, struct gst_gemm_far *far,
                         struct gst_status *st);

#endif
