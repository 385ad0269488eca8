/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large the products of burn are and how they come in rounds: large enough for all of a GPU,
 * small enough that it can be told to end. Pure.
 */
#ifndef GST_WORKLOADS_BURN_PLAN_H
#define GST_WORKLOADS_BURN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/gemm_peaks.h"

/* Products that are kept, and compared at once. */
#define GST_BURN_COPIES 4

/* Rounds that are queued: while one is looked at, the next keeps the GPU busy. */
#define GST_BURN_SLOTS 2

/* A, B, the product that all are held against, and the copies. */
#define GST_BURN_MATRICES (3 + GST_BURN_COPIES)

/* Every so many rounds, twice a minute or more often, each copy is first filled with poison, so
 * that a product that is not made shows; what was left by the one before would pass. */
#define GST_BURN_POISON_EVERY 256

/* Each gets its share of the time: the plain units, and the tensor cores, which draw most. */
#define GST_BURN_TYPES 2
extern const enum gst_gemm_type gst_burn_types[GST_BURN_TYPES];

/* Tensor cores came with 7.0; before, half precision is no load of its own. */
bool gst_burn_tries(enum gst_gemm_type type, int cc_major);

/* How many types share the time, where the newest GPU has that compute capability. */
int gst_burn_type_count(int newest_cc_major);

/* Between two readings of a GPU's clocks and power. */
#define GST_BURN_READING_EVERY_S 1.0

/* When the GPU with that index of `count` is read first: one after the other, since the host can
 * queue nothing while it reads; all of them in the first half of a short load. */
double gst_burn_first_reading_s(int index, int count, double wanted_s);

/* Operations per second that are expected: half of the peak, or what a small old GPU does. */
double gst_burn_expected(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu);

/* The side of the matrices: `size_bytes` each, 0: the largest; halved until all fit into four
 * fifths of what is free on the GPU, and the host's, with as much again to look closer, into half
 * of what it has left (0: not known), and a product takes no longer than half a round. A multiple
 * of 128.
 */
int gst_burn_side(uint64_t size_bytes, uint64_t free_bytes, uint64_t host_bytes, double expected);

/* How often all copies are made in a round of a tenth of a second, or less where they are small; at
 * least once. */
unsigned gst_burn_passes(double product_s);

#endif
