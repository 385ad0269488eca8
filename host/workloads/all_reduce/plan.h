/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cases all-reduce and its kin run: from what was chosen, how many ranks there are and how
 * much memory is free. Pure.
 */
#ifndef GST_WORKLOADS_ALL_REDUCE_PLAN_H
#define GST_WORKLOADS_ALL_REDUCE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collective/layout.h"
#include "run/collective_choice.h"

/* What the cases are made from. */
struct gst_collective_wish {
    const struct gst_collective_choice *choice;
    int ranks;
    bool is_full;
    uint64_t size_bytes; /* --size, 0: not given */
    uint64_t free_bytes; /* of the GPU that has least */
    uint32_t samples;    /* of each number; of large messages and in place fewer do */
};

/* Largest and smallest message; the largest is a power of two times the smallest, or what was
 * given. */
struct gst_collective_span {
    uint64_t least_bytes;
    uint64_t most_bytes;
};

struct gst_collective_span gst_collective_span(const struct gst_collective_wish *wish);

/* Fills `cases`, at most `capacity`; returns how many. The first type and reduction of each
 * collective are measured at every size, out of place and in place; the others are compared at one
 * size. One rank alone runs what gives NCCL's kernels something to do: a sum with factors, and
 * messages to itself. */
size_t gst_collective_plan(const struct gst_collective_wish *wish,
                           struct gst_collective_case *cases, size_t capacity);

#endif
