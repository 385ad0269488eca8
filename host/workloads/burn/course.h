/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks, heat, power and what holds the clocks down, over the time of a long load. Pure.
 */
#ifndef GST_WORKLOADS_BURN_COURSE_H
#define GST_WORKLOADS_BURN_COURSE_H

#include "core/report.h"
#include "gpu/condition.h"

/* Zeroed at the start. 0 stands for "not told". */
struct gst_burn_course {
    unsigned readings;
    unsigned throttled; /* readings in which the GPU protected itself, */
    unsigned limited;   /* and in which its power limit or a setting held the clocks down */
    unsigned long long reasons;
    unsigned mhz_lowest, mhz_highest;
    unsigned celsius_highest;
    unsigned milliwatts_highest;
    double mhz_sum, milliwatts_sum;
};

void gst_burn_course_add(struct gst_burn_course *course,
                         const struct gst_condition_reading *reading);

/* "SM clock 1755 to 1980 MHz, 1890 on average; 61 C, 652 W on average, 699 at most; held down in 12
 * of 60 readings by software power cap". Empty if nothing was told. Returns `text`. */
const char *gst_burn_course_describe(const struct gst_burn_course *course, char *text, size_t size);

#endif
