/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a product of random numbers (random.h) may lie from the exact one. Inputs are not
 * rounded, so only the sums are: each addition, in whatever order, is off by at most u times what
 * it makes. u is 2^-23 where C is single precision: tensor cores cut sums off instead of rounding
 * them (Fasi, Higham, Mikaitis, Pranesh, "Numerical behavior of NVIDIA tensor cores", 2021), which
 * doubles the 2^-24 of rounding to nearest.
 *
 * For one element: |error| <= k u / (1 - k u) sum |a b| for any order of the sum (Higham, "Accuracy
 * and Stability of Numerical Algorithms", section 3.1).
 *
 * For a sum of `columns` elements of a row with signs drawn apart from the numbers, Hoeffding's
 * inequality: more than sqrt(2 log(2 / p)) sqrt(columns) times the largest error of one comes with
 * a probability below p. For that error the bound above is true but hundreds of times too far, so
 * what random numbers make likely is taken: a product has a variance of 1/9, so that partial sums
 * stay below 6 sigma, 2 sqrt(k); tensor cores add 8 products or more at a time; a unit that adds
 * them one by one rounds, without a bias, and stays below as well. An error: k / 8 times u times
 * 2 sqrt(k). For p = 1e-12, since thousands of rows are looked at: 7.53 sqrt(columns) times that.
 * Pure.
 */
#ifndef GST_GPU_GEMM_BOUND_H
#define GST_GPU_GEMM_BOUND_H

#include "core/gemm_peaks.h"

/* u of C's sums. Double: twice 2^-53, since the host's own sums are no better. */
double gst_gemm_unit(enum gst_gemm_type type);

/* Of one element whose sum of |a b| is `magnitude`. */
double gst_gemm_element_bound(enum gst_gemm_type type, int k, double magnitude);

/* Of a sum of `columns` elements with signs. */
double gst_gemm_sum_bound(enum gst_gemm_type type, int k, int columns);

#endif
