/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of products; see shape.h. */
#include "gpu/gemm/shape.h"

#include <math.h>

#include "core/gemm_judged.h"

/* Large enough for the kernels that large products get, and no host minds making it. */
#define ROUNDING_SIDE_MOST 1024

struct gst_gemm_shape gst_gemm_square(int side)
{
    return (struct gst_gemm_shape){
        .name = "square",
        .m = side,
        .n = side,
        .k = side,
        .lda = side,
        .ldb = side,
        .ldc = side,
    };
}

static struct gst_gemm_shape shape_of(const char *name, const char *ops, int m, int n, int k,
                                      int padding)
{
    struct gst_gemm_shape shape = { .name = name, .m = m, .n = n, .k = k };

    shape.a_transposed = ops[0] == 'T';
    shape.b_transposed = ops[1] == 'T';
    /* Three different paddings, so that none of them can stand for another. */
    shape.lda = gst_gemm_a_rows(&shape) + padding;
    shape.ldb = gst_gemm_b_rows(&shape) + 2 * padding;
    shape.ldc = m + 3 * padding;
    return shape;
}

struct gst_gemm_shape gst_gemm_shape_of(int index, int side)
{
    /* 1023 x 511 x 769 for a side of 1024: odd, and no two alike. */
    const int m = side - 1, n = side / 2 - 1, k = side * 3 / 4 + 1;

    switch (index) {
    case 0:
        return shape_of("tall", "NN", 2 * side, side / 8, side / 4, 0);
    case 1:
        return shape_of("odd, padded", "NN", m, n, k, 3);
    case 2:
        return shape_of("odd, A transposed", "TN", m, n, k, 0);
    case 3:
        return shape_of("wide, padded, B transposed", "NT", side / 8 + 1, 2 * side - 3,
                        side / 4 - 1, 5);
    default:
        return shape_of("odd, padded, both transposed", "TT", n, k, m, 1);
    }
}

struct gst_gemm_shape gst_gemm_shape_for_rounding(int index, int side)
{
    const int aligned = side < ROUNDING_SIDE_MOST ? side : ROUNDING_SIDE_MOST;

    if (index == 0)
        return shape_of("aligned, wide numbers", "NN", aligned, aligned, aligned, 0);
    return shape_of("wide numbers", "NN", 192, 160, 255, 1);
}

int gst_gemm_a_rows(const struct gst_gemm_shape *shape)
{
    return shape->a_transposed ? shape->k : shape->m;
}

int gst_gemm_a_columns(const struct gst_gemm_shape *shape)
{
    return shape->a_transposed ? shape->m : shape->k;
}

int gst_gemm_b_rows(const struct gst_gemm_shape *shape)
{
    return shape->b_transposed ? shape->n : shape->k;
}

int gst_gemm_b_columns(const struct gst_gemm_shape *shape)
{
    return shape->b_transposed ? shape->k : shape->n;
}

size_t gst_gemm_a_elements(const struct gst_gemm_shape *shape)
{
    return (size_t)shape->lda * (size_t)gst_gemm_a_columns(shape);
}

size_t gst_gemm_b_elements(const struct gst_gemm_shape *shape)
{
    return (size_t)shape->ldb * (size_t)gst_gemm_b_columns(shape);
}

size_t gst_gemm_c_elements(const struct gst_gemm_shape *shape)
{
    return (size_t)shape->ldc * (size_t)shape->n;
}

double gst_gemm_operations(const struct gst_gemm_shape *shape)
{
    return 2.0 * shape->m * shape->n * shape->k;
}

int gst_gemm_side_of_size(unsigned long long size_bytes, size_t element_bytes)
{
    const double side = sqrt((double)size_bytes / (3.0 * (double)element_bytes));

    return side < GST_GEMM_TILE ? GST_GEMM_TILE : (int)(side / GST_GEMM_TILE) * GST_GEMM_TILE;
}

int gst_gemm_side_in_time(int side, double operations_per_s, double most_s, int least)
{
    while (side / 2 >= least && 2.0 * side * side * side > operations_per_s * most_s)
        side /= 2;
    return side;
}
