/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole product on the host, in double precision, with the bound of each element: slow, sees
 * everything, for small shapes. Pure.
 */
#ifndef GST_GPU_GEMM_REFERENCE_H
#define GST_GPU_GEMM_REFERENCE_H

#include <stdbool.h>

#include "core/gemm_peaks.h"
#include "core/status.h"
#include "gpu/gemm/far.h"
#include "gpu/gemm/shape.h"

struct gst_gemm_reference {
    enum gst_gemm_type type;
    struct gst_gemm_shape shape;
    double *c;         /* m x n without padding, owned */
    double *magnitude; /* sums of |a b|, behind c */
};

/* Multiplies `a` and `b` as they are stored. False if the host has no memory. */
bool gst_gemm_reference_init(struct gst_gemm_reference *reference, enum gst_gemm_type type,
                             const struct gst_gemm_shape *shape, const void *a, const void *b,
                             struct gst_status *st);

/* A zeroed one is fine. */
void gst_gemm_reference_release(struct gst_gemm_reference *reference);

/* Holds every element of `c` against it. */
struct gst_gemm_far gst_gemm_reference_check(const struct gst_gemm_reference *reference,
                                             const void *c);

#endif
