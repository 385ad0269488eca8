/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, and numbers of them, in words; see names.h. */
#include "workloads/all_reduce/names.h"

#include <inttypes.h>
#include <stdio.h>

/* "8 B", "16 MiB": exact, since it names. */
static const char *name_bytes(uint64_t bytes, char *text, size_t size)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;

    while (unit + 1 < sizeof(units) / sizeof(units[0]) && bytes % 1024 == 0 && bytes > 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, size, "%" PRIu64 " %s", bytes, units[unit]);
    return text;
}

uint64_t gst_collective_case_bytes(const struct gst_collective_case *c)
{
    return c->elements * gst_element_bytes(c->element);
}

bool gst_collective_combines(enum gst_collective collective)
{
#define COMBINES(symbol, name, is_combining) [symbol] = is_combining,
    static const bool rows[GST_COLLECTIVE_COUNT] = { GST_COLLECTIVES(COMBINES) };
#undef COMBINES

    return rows[collective];
}

void gst_collective_name_case(const struct gst_collective_case *c, char *text, size_t size)
{
    char bytes[32];

    snprintf(text, size, "%s of %s (%s%s%s%s)", gst_collective_names[c->collective],
             name_bytes(gst_collective_case_bytes(c), bytes, sizeof(bytes)),
             gst_element_names[c->element], gst_collective_combines(c->collective) ? ", " : "",
             gst_collective_combines(c->collective) ? gst_reduction_names[c->reduction] : "",
             c->is_in_place ? ", in place" : "");
}

void gst_collective_name_variant(const struct gst_board *board, const struct gst_collective_case *c,
                                 const char *model, char *text, size_t size)
{
    const enum gst_reduction usual =
        board->world == 1 ? GST_REDUCTION_PREMULSUM : GST_REDUCTION_SUM;
    const bool has_type = c->element != GST_ELEMENT_FLOAT;
    const bool has_reduction = gst_collective_combines(c->collective) && c->reduction != usual;
    char bytes[32];

    snprintf(text, size, "%s %s%s%s%s%s%s", model,
             name_bytes(gst_collective_case_bytes(c), bytes, sizeof(bytes)), has_type ? " " : "",
             has_type ? gst_element_names[c->element] : "", has_reduction ? " " : "",
             has_reduction ? gst_reduction_names[c->reduction] : "",
             c->is_in_place ? " in-place" : "");
}
