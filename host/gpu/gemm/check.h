/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every element of a product against what it must be, and what kind of wrong it is: one element, a
 * tile, no numbers, never written, operands swapped, inputs rounded to TF32, or something written
 * beside the matrix. Each points at another layer. Comparisons are made so that NaN fails. Pure.
 */
#ifndef GST_GPU_GEMM_CHECK_H
#define GST_GPU_GEMM_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/gemm_peaks.h"
#include "gpu/gemm/exact.h"

/* Of every byte of C before a product, so that what was not written shows: as single or double
 * precision a NaN that no arithmetic makes, since GPUs make 0x7fffffff. */
#define GST_GEMM_POISON 0xff

enum gst_gemm_wrong_kind {
    GST_GEMM_RIGHT,
    GST_GEMM_WRONG_ELEMENTS,
    GST_GEMM_WRONG_TILE,      /* more than a few, and all in one block of C */
    GST_GEMM_WRONG_NAN,       /* NaN or infinity */
    GST_GEMM_WRONG_UNWRITTEN, /* holds what was there before */
    GST_GEMM_WRONG_SWAPPED,   /* is op(B) op(A) */
    GST_GEMM_WRONG_TF32,      /* each element is off as rounded inputs make it, GST_GEMM_WIDE */
    GST_GEMM_WRONG_OUTSIDE,   /* right, but padding of C was written */
};

struct gst_gemm_wrong {
    enum gst_gemm_wrong_kind kind;
    size_t checked; /* elements of C, without padding */
    size_t wrong;   /* of these, whatever is wrong */
    size_t unwritten;
    size_t not_finite; /* NaN and infinity that somebody wrote */
    size_t outside;    /* of the padding that was written */
    size_t off_by_odd; /* by an odd number of at most k */
    int row, column;   /* of the first that is wrong, in column-major order */
    double expected, observed;
    int row_first, row_last, column_first, column_last; /* the block that holds all wrong ones */
};

/* Compares all of C, padding included. */
struct gst_gemm_wrong gst_gemm_check(const struct gst_gemm_exact *exact, enum gst_gemm_type type,
                                     const void *c);

/* "1 of 9216 elements of the product 'square' (96 x 96 x 96) is wrong; row 5, column 7: 3, expected
 * 4". Returns `text`. */
const char *gst_gemm_describe_wrong(const struct gst_gemm_wrong *wrong,
                                    const struct gst_gemm_shape *shape, char *text, size_t size);

#endif
