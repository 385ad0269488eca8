/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identical GPUs make the same bits of the same product. One that does not is at fault even where
 * it is within the bound of its arithmetic; so a majority decides which. Pure.
 */
#ifndef GST_WORKLOADS_BURN_AGREE_H
#define GST_WORKLOADS_BURN_AGREE_H

#include <stdbool.h>
#include <stdint.h>

/* What one GPU made. */
struct gst_burn_opinion {
    const char *name; /* of its model */
    int sms;          /* some models share a name */
    int side;         /* of the matrices */
    uint64_t digest;
    bool is_given; /* false: it made none, and is not asked */
};

struct gst_burn_majority {
    int alike;      /* of this model and size that made one, opinions[index] among them */
    int index;      /* of the first of these that holds what most of them hold */
    int count;      /* how many hold it */
    bool is_shared; /* as many hold something else: which is right cannot be told */
};

/* The majority among those of the kind of opinions[index]; of those that are as large, the one of
 * the lowest GPU to which opinions[index] does not belong. */
struct gst_burn_majority gst_burn_majority_of(const struct gst_burn_opinion *opinions, int count,
                                              int index);

#endif
