/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a number and its bar to a verdict. Pure: no GPU, no clock, no table of products.
 */
#ifndef GST_CORE_JUDGE_H
#define GST_CORE_JUDGE_H

#include <stdbool.h>

#include "core/verdict.h"

#define GST_BAR_TEXT_SIZE 64

/* NaN in a bound means that there is none. Both bounds are in the metric's own unit. */
struct gst_bar {
    double floor;                       /* worse than this is a fault */
    double ceiling;                     /* better than this cannot be true */
    bool lower_is_better;               /* latencies: floor is the slowest, ceiling the fastest */
    char floor_from[GST_BAR_TEXT_SIZE]; /* "PCIe 5.0 x16 class", "site file bars.json" */
    char ceiling_from[GST_BAR_TEXT_SIZE];
};

/* A bar that judges nothing. */
struct gst_bar gst_bar_none(void);

/* How far past the ceiling a number may lie before it is invalid: clocks and counters are read to
 * about one percent, so two are allowed (design of the bars, README "How the numbers are
 * measured"). */
#define GST_CEILING_SLACK 0.02

/* FAIL below the floor; ERROR past the ceiling, for NaN, infinity, zero and negative values;
 * PASS otherwise; NOT_JUDGED for a sane number without a floor. */
enum gst_verdict gst_judge(double value, const struct gst_bar *bar);

/* A site may move a floor, never past physics: false if `floor` lies beyond the bar's ceiling. */
bool gst_bar_override(struct gst_bar *bar, double floor, const char *from);

#endif
