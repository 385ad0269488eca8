/* SPDX-License-Identifier: Apache-2.0 */
/* Factors and sides as one table; see factor.h. */
#include "collective/factor.h"

#include <math.h>

/* Whether each side holds the part of one rank, or that of all. */
static const struct {
    double per_rank; /* bus factor is per_rank (n - 1) / n; 0: it is 1 */
    bool input_is_part;
    bool output_is_part;
} rows[GST_COLLECTIVE_COUNT] = {
    [GST_ALL_REDUCE] = { 2, false, false },    [GST_ALL_GATHER] = { 1, true, false },
    [GST_REDUCE_SCATTER] = { 1, false, true }, [GST_BROADCAST] = { 0, false, false },
    [GST_REDUCE] = { 0, false, false },        [GST_SEND_RECV] = { 0, false, false },
    [GST_ALL_TO_ALL] = { 1, false, false },
};

bool gst_collective_is_cut(enum gst_collective collective)
{
    return collective == GST_ALL_TO_ALL || rows[collective].input_is_part
           || rows[collective].output_is_part;
}

double gst_collective_bus_factor(enum gst_collective collective, int ranks)
{
    if (ranks < 2)
        return NAN;
    if (rows[collective].per_rank == 0)
        return 1;
    return rows[collective].per_rank * (ranks - 1) / ranks;
}

struct gst_collective_sides gst_collective_sides(enum gst_collective collective, int ranks,
                                                 size_t elements)
{
    const size_t chunk = gst_collective_is_cut(collective) ? elements / (size_t)ranks : elements;
    const size_t message = gst_collective_is_cut(collective) ? chunk * (size_t)ranks : elements;

    return (struct gst_collective_sides){
        .message = message,
        .input = rows[collective].input_is_part ? chunk : message,
        .output = rows[collective].output_is_part ? chunk : message,
        .chunk = chunk,
    };
}
