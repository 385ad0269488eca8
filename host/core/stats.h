/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics that one outlier cannot move: medians and what is built on them.
 */
#ifndef GST_CORE_STATS_H
#define GST_CORE_STATS_H

#include <stddef.h>

struct gst_stats {
    size_t count;
    double minimum;
    double maximum;
    double median;
    double mad; /* median absolute deviation, not scaled */
};

/* The statistics of `count` samples, in any order; all NaN if there is none or one is not finite.
 */
struct gst_stats gst_stats_of(const double *samples, size_t count);

/* How far `value` lies from the median of its peers, in scaled MADs: 0.6745 (v - median) / MAD, the
 * modified z-score of Iglewicz and Hoaglin (1993). A zero MAD takes 1 % of the median instead, so
 * that identical peers still expose the odd one out. NaN for fewer than 3 peers. */
double gst_stats_robust_z(double value, const double *peers, size_t count);

#endif
