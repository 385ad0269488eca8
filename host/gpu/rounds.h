/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pairs of GPUs copy at the same time: a schedule in which no GPU is in two pairs of a round,
 * so that on a switch each pair has the wires of both its GPUs to itself. Pure.
 *
 * It is the circle method of round-robin tournaments: one player stands, the others walk around a
 * circle (D. de Werra, Scheduling in sports, 1981). An odd number gets a player who is not there,
 * and whoever meets him rests.
 */
#ifndef GST_GPU_ROUNDS_H
#define GST_GPU_ROUNDS_H

#include <stddef.h>

#include "gpu/env.h"

/* Indices into whatever is paired, below its count. */
struct gst_round_pair {
    int from, to;
};

struct gst_round {
    size_t count;
    struct gst_round_pair pairs[GST_ENV_GPUS / 2];
};

/* How many rounds it takes to bring together every two of `gpus`, whichever copies to the other:
 * N - 1 for an even number, N for an odd one, 0 below two. */
size_t gst_rounds_both_ways(int gpus);

/* Twice as many, one for each direction: every ordered pair comes exactly once. */
size_t gst_rounds_one_way(int gpus);

/* Round `index` below gst_rounds_one_way(gpus), of at most GST_ENV_GPUS GPUs. The second half of
 * them are the first half with every pair turned around, so that the rounds below
 * gst_rounds_both_ways(gpus) bring every two together once. */
struct gst_round gst_round_of(int gpus, size_t index);

/* How many rounds of a single pair: every ordered pair, N (N - 1). */
size_t gst_rounds_alone(int gpus);

/* Round `index` below gst_rounds_alone(gpus): one pair. */
struct gst_round gst_round_alone(int gpus, size_t index);

#endif
