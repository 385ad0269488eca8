/* SPDX-License-Identifier: Apache-2.0 */
/* What one case of a board is called, where something is told of it. */
#ifndef GST_WORKLOADS_ALL_REDUCE_NAMES_H
#define GST_WORKLOADS_ALL_REDUCE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collective/board.h"

/* Of its message. */
uint64_t gst_collective_case_bytes(const struct gst_collective_case *c);

/* Does a reduction belong to it? */
bool gst_collective_combines(enum gst_collective collective);

/* "all-reduce of 16 MiB (float, sum, in place)". */
void gst_collective_name_case(const struct gst_collective_case *c, char *text, size_t size);

/* "per-gpu 4 KiB", "per-gpu 4 KiB half max in-place": what is not said is float, and sum; of one
 * rank, whose plan has no other, premulsum. Numbers of one name are compared with each other. */
void gst_collective_name_variant(const struct gst_board *board, const struct gst_collective_case *c,
                                 const char *model, char *text, size_t size);

#endif
