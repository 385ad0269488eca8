/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of a product C = op(A) op(B) as BLAS counts it: column-major, so that element (row,
 * column) of a matrix with leading dimension `ld` lies at row + column * ld, and op() may stand for
 * a transpose. Also the shapes that are tried, since each kind of mistake has a shape that hides
 * it: equal sides hide swapped operands, tight matrices a wrong leading dimension, even sides a
 * lost edge. Pure.
 */
#ifndef GST_GPU_GEMM_SHAPE_H
#define GST_GPU_GEMM_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

struct gst_gemm_shape {
    const char *name; /* "odd, A transposed" */
    bool a_transposed, b_transposed;
    int m, n, k;       /* C is m x n, op(A) m x k, op(B) k x n */
    int lda, ldb, ldc; /* at least the rows that are stored; more leaves padding */
};

/* Square, nothing transposed, no padding. */
struct gst_gemm_shape gst_gemm_square(int side);

/* The shapes other than square, of about `side` in the longest direction; 16 and more. */
#define GST_GEMM_SHAPES 5
struct gst_gemm_shape gst_gemm_shape_of(int index, int side);

/* Those that TF32 cannot hide in (GST_GEMM_WIDE of exact.h): a square of `side` and no more
 * than 1024, aligned as tensor cores like it, and a small one that is not: a library chooses the
 * kernels of either for itself. */
#define GST_GEMM_ROUNDING_SHAPES 2
struct gst_gemm_shape gst_gemm_shape_for_rounding(int index, int side);

/* Rows and columns as they are stored. */
int gst_gemm_a_rows(const struct gst_gemm_shape *shape);
int gst_gemm_a_columns(const struct gst_gemm_shape *shape);
int gst_gemm_b_rows(const struct gst_gemm_shape *shape);
int gst_gemm_b_columns(const struct gst_gemm_shape *shape);

/* Elements that each matrix takes, padding included. */
size_t gst_gemm_a_elements(const struct gst_gemm_shape *shape);
size_t gst_gemm_b_elements(const struct gst_gemm_shape *shape);
size_t gst_gemm_c_elements(const struct gst_gemm_shape *shape);

/* Floating-point operations: a multiplication and an addition for each of m n k. */
double gst_gemm_operations(const struct gst_gemm_shape *shape);

/* The side of square matrices: of --size, so that three of `element_bytes` fit `size_bytes`, a
 * multiple of GST_GEMM_TILE, at least that. */
int gst_gemm_side_of_size(unsigned long long size_bytes, size_t element_bytes);

/* `side` halved until a product takes no more than `most_s` at `operations_per_s`, but not below
 * `least`. */
int gst_gemm_side_in_time(int side, double operations_per_s, double most_s, int least);

#endif
