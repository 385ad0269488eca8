/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranks that one process drives: a lane, buffers and a communicator each, and what is written
 * to the buffers and compared in them. Each verb does its part for all ranks; those that are queued
 * need no waiting in between.
 */
#ifndef GST_COLLECTIVE_RANKS_H
#define GST_COLLECTIVE_RANKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "collective/comm.h"
#include "collective/cover.h"
#include "collective/layout.h"

struct gst_rank {
    int rank;
    uint64_t input; /* device memory */
    uint64_t output;
    uint64_t small; /* for the collective that aligns the ranks */
    uint64_t result;
    struct gst_cover cover;
    ncclRedOp_t operation; /* made for premulsum */
    bool has_operation;
    struct gst_collective_data_result found; /* by the last check */
    uint64_t expected;                       /* elements that it had to compare */
};

struct gst_ranks {
    struct gst_env *env; /* the caller's */
    struct gst_comms comms;
    struct gst_lane lanes[GST_ENV_GPUS];
    struct gst_rank ranks[GST_ENV_GPUS];
    int count;
    int world;
    uint32_t seed;
    _Atomic unsigned *beats; /* the caller's: one more whenever it comes on */
};

/* Of the collective that aligns the ranks: floats, given and got. */
#define GST_RANKS_SMALL_ELEMENTS 2
#define GST_RANKS_SMALL_BYTES    256

/* Opens a lane on each GPU, with the kernel, and memory for `input_bytes` and `output_bytes`.
 * `ranks->ranks[].rank`, count, env, world and seed are the caller's. */
bool gst_ranks_open(struct gst_ranks *ranks, struct gst_gpu *const *gpus, uint64_t input_bytes,
                    uint64_t output_bytes, struct gst_status *st);

/* Frees and closes all but communicators; a zeroed one is fine. */
void gst_ranks_close(struct gst_ranks *ranks);

/* Makes the GPU of the i-th rank current. */
bool gst_ranks_use(struct gst_ranks *ranks, int i, struct gst_status *st);

/* Where element `elements` of a buffer is. */
void *gst_ranks_memory(uint64_t pointer, size_t elements, enum gst_element element);

/* Where the input of a case is: in place, it is the output's memory. */
uint64_t gst_ranks_input(const struct gst_rank *rank, const struct gst_collective_case *c);

/* Queued: poison where results are to come, and then what each rank gives. */
bool gst_ranks_poison(struct gst_ranks *ranks, const struct gst_collective_case *c,
                      struct gst_status *st);
bool gst_ranks_give(struct gst_ranks *ranks, const struct gst_collective_case *c,
                    struct gst_status *st);

/* Compares all that came out and waits: `found` and `expected` of each rank. The streams have to
 * be empty. */
bool gst_ranks_check(struct gst_ranks *ranks, const struct gst_collective_case *c,
                     struct gst_status *st);

/* After a check: flips one bit of one element of rank `index` and compares a part around it again.
 * *is_seen tells whether that element, and no other, was found wrong beyond those found before. The
 * element is then as it was. */
bool gst_ranks_plant(struct gst_ranks *ranks, int index, const struct gst_collective_case *c,
                     bool *is_seen, struct gst_status *st);

#endif
