/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels latency_link and latency_chase over a cycle of `nodes` nodes, a power of two, each at the
 * start of GST_LATENCY_NODE_WORDS words of memory.
 *
 *     latency_link    any one-dimensional grid and block: writes into each node where the next is
 *     latency_chase   one thread: `hops` loads, each from the place that the one before it told
 *
 * The cycle is a linear congruential sequence: as the step is odd and the factor is one more than a
 * multiple of four, it comes past every node before it returns (Hull and Dobell, SIAM Review 4,
 * 1962). Its order jumps about, so that neither a fetch of neighbours nor pages that were just used
 * help much. All words that are read go into a hash, in their order, so that a wrong bit shows even
 * where the walk finds back, or where the bit does not lead astray.
 */
#ifndef GST_KERNELS_LATENCY_H
#define GST_KERNELS_LATENCY_H

#include <stdint.h>

/* 128 bytes: no two nodes share a line of the L2 cache (CUDA programming guide, device memory
 * accesses). */
#define GST_LATENCY_NODE_WORDS 32

/* The factor is that of Knuth and Lewis (Numerical Recipes, 7.1). */
#define GST_LATENCY_FACTOR 1664525U
#define GST_LATENCY_NEXT(node, nodes, step)                                                        \
    (((uint32_t)(node)*GST_LATENCY_FACTOR + (step)) & ((nodes)-1U))

/* The factor is odd: what once differs goes on to differ. */
#define GST_LATENCY_HASH(hash, word) ((hash)*GST_LATENCY_FACTOR + (word))

struct gst_latency_result {
    uint32_t end;  /* the last word that was read: the index of a node's word */
    uint32_t hash; /* GST_LATENCY_HASH of all words that were read, from 0 on */
    uint32_t hops; /* how many that were */
};

struct gst_latency_args {
    uint32_t *words; /* nodes * GST_LATENCY_NODE_WORDS; a node holds the index of the next's word */
    struct gst_latency_result *result; /* of latency_chase */
    uint32_t nodes;
    uint32_t step;  /* of latency_link; odd */
    uint32_t start; /* of latency_chase; a node */
    uint32_t hops;
};

#endif
