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
    int index;      /* of the first GPU that holds what most of this model and size hold */
    int count;      /* how many hold it */
    bool is_shared; /* as many hold something else: which is right cannot be told */
};

/* The majority among those of the kind of opinions[index]; of two that are as large, that of the
 * lower GPU. */
struct gst_burn_majority gst_burn_majority_of(const struct gst_burn_opinion *opinions, int count,
                                              int index);

#endif
