/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each rank gives and what has to come out, for every reduction: the weights of the formula in
 * kernels/collective_data.h. Each element depends on its index and on the rank that gives it, and
 * the sum over the ranks is exact in any order, so nothing but the right result is accepted: a
 * contribution that is missing or counted twice, a chunk that went elsewhere and a single bit
 * show. Pure.
 */
#ifndef GST_COLLECTIVE_DATA_H
#define GST_COLLECTIVE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/collective_names.h"
#include "kernels/collective_data.h"

/* Which numbers a test is made of. */
struct gst_collective_data {
    enum gst_element element;
    enum gst_reduction reduction; /* of a collective that combines */
    int ranks;
    uint32_t seed;
};

/* More ranks than the type can add up exactly are refused: 255 for bfloat16, 2047 for half. */
int gst_collective_data_ranks_max(enum gst_element element);

/* Fills the weights of what `rank` gives to a collective that combines, and of what comes out; the
 * caller adds place and direction. */
struct gst_collective_data_args gst_collective_data_given(const struct gst_collective_data *data,
                                                          int rank);
struct gst_collective_data_args
gst_collective_data_combined(const struct gst_collective_data *data);

/* What `rank` gives to a collective that only moves elements, and others get of it. */
struct gst_collective_data_args gst_collective_data_moved(const struct gst_collective_data *data,
                                                          int rank);

/* The factor that premulsum gives this rank's elements: 2 or 1, so that a factor that is left out
 * or another rank's shows. */
int gst_collective_data_factor(int rank);

/* That factor as an element; returns its bytes. */
size_t gst_collective_data_scalar(enum gst_element element, int factor, uint32_t *bits);

/* Value of element i by the formula, as the kernel makes it: the numerator. */
int32_t gst_collective_data_value(const struct gst_collective_data_args *args, uint64_t i);

/* The number that these bits are in that type. */
double gst_collective_data_decode(enum gst_element element, uint64_t bits);

/* The rank without whose contribution each of `count` wrong elements would be as it was found; -1
 * if there is no such rank, or no sum. */
int gst_collective_data_missing(const struct gst_collective_data *data,
                                const unsigned long long *elements, const unsigned long long *found,
                                size_t count);

#endif
