/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collectives themselves: each case as calls of NCCL, for all ranks of this process in one
 * group, since one thread that waited for a rank of its own would wait for ever.
 */
#ifndef GST_COLLECTIVE_COLLECT_H
#define GST_COLLECTIVE_COLLECT_H

#include <stdbool.h>
#include <stdint.h>

#include "collective/ranks.h"

/* Makes and gives back what the case's reduction needs. */
bool gst_ranks_begin_case(struct gst_ranks *ranks, const struct gst_collective_case *c,
                          struct gst_status *st);
bool gst_ranks_end_case(struct gst_ranks *ranks, struct gst_status *st);

/* One collective of a few bytes, which no rank leaves before all have come to it. */
bool gst_ranks_align(struct gst_ranks *ranks, struct gst_status *st);

/* One message of all ranks, and until NCCL has taken it. */
bool gst_ranks_collect(struct gst_ranks *ranks, const struct gst_collective_case *c, uint32_t slot,
                       struct gst_status *st);

#endif
