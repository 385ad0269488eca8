/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel collective_data: writes the elements that a rank gives to a collective, or compares what
 * came out of one, any one-dimensional grid and block. Element i of the whole test is made of three
 * numbers that are drawn from i and `key`: a sign s, a in 1 to `a_mask` + 1 and b in 0 to `b_mask`,
 * both masks being 0 or a power of two less one, of 16 bits at most. It is s (a weight_a + b
 * weight_b) / divisor, so that the contribution of each rank and their sum, in any order, are one
 * formula with other weights. Where s is negative, `weight_b_below` takes the place of weight_b:
 * the largest of several is not the same then. Values are small enough to be exact in the type;
 * only a quotient is not, and may be `ulps` units in the last place off.
 *
 * With `turns` above 0 weight_b, from 0 to `turns` - 1 and the same in both directions, changes
 * from element to element, so that ranks whose weights are all of these take turns at being the
 * largest.
 *
 * With `pair_ranks` above 0 two of so many ranks, drawn for each element, give a, and a + b, and
 * all others nothing: what is added then has rounded twice at most.
 */
#ifndef GST_KERNELS_COLLECTIVE_DATA_H
#define GST_KERNELS_COLLECTIVE_DATA_H

#include <stdint.h>

enum gst_data_type {
    GST_DATA_FLOAT,
    GST_DATA_HALF,
    GST_DATA_BFLOAT16,
    GST_DATA_INT32,
};

#define GST_COLLECTIVE_DATA_KEPT 8

/* Written by atomics, zeroed by the host before a check. */
struct gst_collective_data_result {
    unsigned long long checked;   /* elements that were compared */
    unsigned long long wrong;     /* of them, other than expected */
    unsigned long long nans;      /* of the wrong ones, not a number; poison is not counted here */
    unsigned long long unwritten; /* of the wrong ones, all bits set: the poison */
    unsigned long long element[GST_COLLECTIVE_DATA_KEPT]; /* counted as i, not in this launch */
    unsigned long long found[GST_COLLECTIVE_DATA_KEPT];   /* bits */
};

struct gst_collective_data_args {
    void *data;
    uint64_t elements;
    uint64_t first; /* i of data[0] */
    uint64_t key;
    int32_t a_mask;
    int32_t b_mask;
    int32_t weight_a;
    int32_t weight_b;
    int32_t weight_b_below;
    int32_t divisor;
    int32_t pair_rank; /* who gives; counts only with pair_ranks */
    int32_t pair_ranks;
    uint32_t type; /* enum gst_data_type */
    uint32_t ulps;
    uint32_t is_check; /* 0 writes, 1 reads and compares */
    uint32_t turns;    /* above 0: weight_b moves on by a number drawn below this, modulo this */
    struct gst_collective_data_result *result;
};

#endif
