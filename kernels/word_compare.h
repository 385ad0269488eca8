/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel word_compare: counts the 32-bit words in which copies of a range differ from it, bit by
 * bit, so that no NaN passes; any one-dimensional grid and block, any number of 16-byte vectors.
 * The copies lie one behind the other. A launch that finds nothing, and is not asked to count what
 * it looked at, leaves the result as it is.
 */
#ifndef GST_KERNELS_WORD_COMPARE_H
#define GST_KERNELS_WORD_COMPARE_H

#include <stdint.h>

/* What a word holds that nobody wrote after the host filled it: all bits set. As single precision
 * it is a NaN that no arithmetic makes. */
#define GST_WORD_POISON 0xffffffffU

/* Written by atomics, zeroed by the host. `unsigned long long`, since that is what atomics are
 * defined for. */
struct gst_word_compare_result {
    unsigned long long checked;    /* words that were compared, in launches that are to count */
    unsigned long long wrong;      /* words that differ, */
    unsigned long long unwritten;  /* of these, that hold the poison, */
    unsigned long long not_finite; /* and that are NaN or infinity as single precision otherwise */
    /* The first that differs and what it holds, so that the greatest value is of the first: its
     * index over all copies subtracted from GST_WORD_COMPARE_LAST in the upper half, the word in
     * the lower. 0: none. */
    unsigned long long first;
};

#define GST_WORD_COMPARE_LAST 0xffffffffU

struct gst_word_compare_args {
    const void *copies;    /* aligned to 16 bytes, as is the next */
    const void *reference; /* `vectors` vectors */
    uint64_t vectors;
    uint32_t copy_count; /* vectors x copies: less than 2^30, so that indices and counts fit */
    uint32_t is_counting;
    struct gst_word_compare_result *result;
};

#endif
