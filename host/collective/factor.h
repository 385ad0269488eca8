/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes and seconds of a collective to its two rates, as nccl-tests count them
 * (NVIDIA/nccl-tests, doc/PERFORMANCE.md): the algorithm's bandwidth is bytes over time; the bus
 * bandwidth is what each link had to carry, and can be held against what the link can do. Pure.
 */
#ifndef GST_COLLECTIVE_FACTOR_H
#define GST_COLLECTIVE_FACTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/collective_names.h"

/* Bus over algorithm bandwidth of so many ranks, one or more; NaN where one rank alone moves
 * nothing, so that there is no such bandwidth. */
double gst_collective_bus_factor(enum gst_collective collective, int ranks);

/* True if the message is cut into one part for each rank, so that it has to be a multiple of them.
 */
bool gst_collective_is_cut(enum gst_collective collective);

/* Elements of each rank's input and output for a message of `elements`, which is what nccl-tests
 * call the size: the larger of both sides. Chunked collectives take it in `ranks` equal parts, so
 * the rest is left out; 0 if there is less than one element for each. */
struct gst_collective_sides {
    size_t message; /* elements that really count */
    size_t input;
    size_t output;
    size_t chunk; /* of each rank, the message itself where nothing is cut */
};

struct gst_collective_sides gst_collective_sides(enum gst_collective collective, int ranks,
                                                 size_t elements);

#endif
