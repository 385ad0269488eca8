/* SPDX-License-Identifier: Apache-2.0 */
/* Error bounds of products; see bound.h. */
#include "gpu/gemm/bound.h"

#include <math.h>

/* sqrt(2 log(2 / 1e-12)) */
#define SIGNS_AT_MOST 7.53

double gst_gemm_unit(enum gst_gemm_type type)
{
    return type == GST_GEMM_FP64 ? ldexp(1, -52) : ldexp(1, -23);
}

double gst_gemm_element_bound(enum gst_gemm_type type, int k, double magnitude)
{
    const double ku = k * gst_gemm_unit(type);

    return ku / (1 - ku) * magnitude;
}

double gst_gemm_sum_bound(enum gst_gemm_type type, int k, int columns)
{
    const double one = k / 8.0 * gst_gemm_unit(type) * 2 * sqrt(k);

    return SIGNS_AT_MOST * sqrt(columns) * one;
}
