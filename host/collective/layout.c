/* SPDX-License-Identifier: Apache-2.0 */
/* Places in buffers; see layout.h. */
#include "collective/layout.h"

bool gst_collective_has_in_place(enum gst_collective collective)
{
    return collective != GST_SEND_RECV && collective != GST_ALL_TO_ALL;
}

static struct gst_collective_sides sides_of(const struct gst_collective_case *c, int ranks)
{
    return gst_collective_sides(c->collective, ranks, c->elements);
}

size_t gst_collective_input_elements(const struct gst_collective_case *c, int ranks)
{
    const struct gst_collective_sides sides = sides_of(c, ranks);

    return (c->is_in_place ? sides.message : sides.input) * c->slots;
}

size_t gst_collective_output_elements(const struct gst_collective_case *c, int ranks)
{
    const struct gst_collective_sides sides = sides_of(c, ranks);

    return (c->is_in_place ? sides.message : sides.output) * c->slots;
}

/* In place, the part of one rank lies inside the whole, at its number. */
static size_t side_at(const struct gst_collective_case *c, int ranks, int rank, uint32_t slot,
                      size_t side)
{
    const struct gst_collective_sides sides = sides_of(c, ranks);

    if (c->is_in_place && side < sides.message)
        return slot * sides.message + (size_t)rank * sides.chunk;
    return slot * side;
}

size_t gst_collective_input_at(const struct gst_collective_case *c, int ranks, int rank,
                               uint32_t slot)
{
    return side_at(c, ranks, rank, slot, sides_of(c, ranks).input);
}

size_t gst_collective_output_at(const struct gst_collective_case *c, int ranks, int rank,
                                uint32_t slot)
{
    return side_at(c, ranks, rank, slot, sides_of(c, ranks).output);
}

static struct gst_collective_data data_of(const struct gst_collective_case *c, int ranks,
                                          uint32_t seed)
{
    return (struct gst_collective_data){
        .element = c->element, .reduction = c->reduction, .ranks = ranks, .seed = seed
    };
}

static bool combines(enum gst_collective collective)
{
#define COMBINES(symbol, name, is_combining) [symbol] = is_combining,
    static const bool rows[GST_COLLECTIVE_COUNT] = { GST_COLLECTIVES(COMBINES) };
#undef COMBINES

    return rows[collective];
}

struct gst_collective_range gst_collective_given(const struct gst_collective_case *c, int ranks,
                                                 int rank, uint32_t seed)
{
    const struct gst_collective_data data = data_of(c, ranks, seed);
    struct gst_collective_range range = {
        .at = gst_collective_input_at(c, ranks, rank, 0),
        .args = combines(c->collective) ? gst_collective_data_given(&data, rank)
                                        : gst_collective_data_moved(&data, rank),
    };

    range.args.elements = sides_of(c, ranks).input * c->slots;
    return range;
}

/* Chunks of a slot that come from elsewhere each. */
static size_t parts_of(const struct gst_collective_case *c, int ranks)
{
    return c->collective == GST_ALL_GATHER || c->collective == GST_ALL_TO_ALL ? (size_t)ranks : 1;
}

size_t gst_collective_expected_count(const struct gst_collective_case *c, int ranks, int rank)
{
    if (c->collective == GST_REDUCE && rank != GST_COLLECTIVE_ROOT)
        return 0;
    return parts_of(c, ranks) * c->slots;
}

struct gst_collective_range gst_collective_expected(const struct gst_collective_case *c, int ranks,
                                                    int rank, uint32_t seed, size_t index)
{
    const struct gst_collective_data data = data_of(c, ranks, seed);
    const struct gst_collective_sides sides = sides_of(c, ranks);
    const size_t parts = parts_of(c, ranks);
    const uint32_t slot = (uint32_t)(index / parts);
    const int part = (int)(index % parts);
    struct gst_collective_range range = { .at = gst_collective_output_at(c, ranks, rank, slot) };
    uint64_t first = slot * sides.message;

    switch (c->collective) {
    case GST_ALL_REDUCE:
    case GST_REDUCE:
        range.args = gst_collective_data_combined(&data);
        break;
    case GST_REDUCE_SCATTER:
        range.args = gst_collective_data_combined(&data);
        first += (uint64_t)rank * sides.chunk;
        break;
    case GST_BROADCAST:
        range.args = gst_collective_data_moved(&data, GST_COLLECTIVE_ROOT);
        break;
    case GST_SEND_RECV:
        range.args = gst_collective_data_moved(&data, (rank + ranks - 1) % ranks);
        break;
    case GST_ALL_GATHER:
        range.args = gst_collective_data_moved(&data, part);
        first = slot * sides.chunk;
        break;
    case GST_ALL_TO_ALL:
    default:
        range.args = gst_collective_data_moved(&data, part);
        first += (uint64_t)rank * sides.chunk;
        break;
    }
    range.at += (size_t)part * (parts > 1 ? sides.chunk : 0);
    range.args.first = first;
    range.args.elements = parts > 1 ? sides.chunk : sides.output;
    return range;
}
