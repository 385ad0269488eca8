/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a long run of products went over time: windows of equally many rounds, as few as a
 * report can hold however long it takes. When all are full, neighbours become one. Pure.
 */
#ifndef GST_WORKLOADS_BURN_WINDOWS_H
#define GST_WORKLOADS_BURN_WINDOWS_H

#include <stddef.h>

/* A minute of rounds of a tenth of a second makes 75 windows. */
#define GST_BURN_WINDOWS 128

struct gst_burn_windows {
    size_t count;     /* that have begun */
    unsigned rounds;  /* that fill one; 0 before the first */
    unsigned in_last; /* rounds of the last one */
    double operations[GST_BURN_WINDOWS];
    double seconds[GST_BURN_WINDOWS];
};

/* Adds a round. */
void gst_burn_windows_add(struct gst_burn_windows *windows, double operations, double seconds);

/* Writes the operations per second of each window; returns how many. The last one is left out if it
 * is less than half full and not the only one: a few rounds are no window. */
size_t gst_burn_windows_rates(const struct gst_burn_windows *windows,
                              double rates[GST_BURN_WINDOWS]);

#endif
