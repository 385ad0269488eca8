/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in a rank's buffers the elements of one case lie, on the way in and on the way out. A case
 * repeats its collective in slots, one message behind the other, so that each repetition that is
 * timed leaves a result of its own to be compared. Pure.
 */
#ifndef GST_COLLECTIVE_LAYOUT_H
#define GST_COLLECTIVE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collective/data.h"
#include "collective/factor.h"
#include "core/collective_names.h"

/* Who sends a broadcast and gets a reduction. */
#define GST_COLLECTIVE_ROOT 0

/* One way to run one collective. */
struct gst_collective_case {
    enum gst_collective collective;
    enum gst_element element;
    enum gst_reduction reduction; /* of one that combines */
    bool is_in_place;             /* input and output share their memory */
    uint64_t elements;            /* of a message, a multiple of the ranks where it is cut */
    uint32_t slots;               /* messages of one sample */
    uint32_t samples;             /* 0: compared, and not timed */
};

/* A range of a buffer, counted in elements, and what it holds. */
struct gst_collective_range {
    size_t at;
    struct gst_collective_data_args args; /* all but data, is_check and result */
};

/* False for what NCCL has no such thing of: send-recv and all-to-all in place. */
bool gst_collective_has_in_place(enum gst_collective collective);

/* Slots of a case in place that is cut into chunks: its inputs do not lie side by side. */
#define GST_COLLECTIVE_CHUNKED_IN_PLACE_SLOTS 1

/* Elements that each rank's input and output buffer hold for all slots; in place, the output's
 * serves as both. */
size_t gst_collective_input_elements(const struct gst_collective_case *c, int ranks);
size_t gst_collective_output_elements(const struct gst_collective_case *c, int ranks);

/* Where slot `slot` of the input begins, and of the output. */
size_t gst_collective_input_at(const struct gst_collective_case *c, int ranks, int rank,
                               uint32_t slot);
size_t gst_collective_output_at(const struct gst_collective_case *c, int ranks, int rank,
                                uint32_t slot);

/* What `rank` gives, for all slots. */
struct gst_collective_range gst_collective_given(const struct gst_collective_case *c, int ranks,
                                                 int rank, uint32_t seed);

/* How many ranges `rank` has to compare, none where nothing comes out, and each of them. */
size_t gst_collective_expected_count(const struct gst_collective_case *c, int ranks, int rank);
struct gst_collective_range gst_collective_expected(const struct gst_collective_case *c, int ranks,
                                                    int rank, uint32_t seed, size_t index);

#endif
