/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a comparison within a bound found: how many values were too far from what they must be, and
 * the first of them. NaN is too far.
 */
#ifndef GST_GPU_GEMM_FAR_H
#define GST_GPU_GEMM_FAR_H

#include <stddef.h>

struct gst_gemm_far {
    size_t checked;                /* elements of C that it depends on */
    size_t wrong;                  /* elements, or rows of a block, that are too far off */
    size_t not_finite;             /* of these, NaN and infinity */
    int row;                       /* of the first */
    int column_first, column_last; /* one column, or those of a block */
    double expected, observed, bound;
    double worst; /* the largest distance as a share of its bound; of those within it */
};

/* Notes one value. */
void gst_gemm_far_note(struct gst_gemm_far *far, int row, int column_first, int column_last,
                       double expected, double observed, double bound);

/* "3 of ... are too far off, the first, row 5, columns 0 to 511: 3.25, expected 1 within 0.5".
 * Returns `text`. */
const char *gst_gemm_far_describe(const struct gst_gemm_far *far, char *text, size_t size);

#endif
