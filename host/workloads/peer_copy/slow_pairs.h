/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose fault slow pairs are. A GPU that is slow with everybody shows as a row and a column of slow
 * pairs; it is named once, and not as fourteen pairs. Pure.
 */
#ifndef GST_WORKLOADS_PEER_COPY_SLOW_PAIRS_H
#define GST_WORKLOADS_PEER_COPY_SLOW_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/env.h"

/* From one GPU to another. */
enum gst_pair_state {
    GST_PAIR_UNKNOWN, /* not measured, or not judged */
    GST_PAIR_FINE,
    GST_PAIR_SLOW,
};

struct gst_slow_pairs {
    int count;
    enum gst_pair_state of[GST_ENV_GPUS][GST_ENV_GPUS];
};

struct gst_slow_blame {
    bool is_everybody;       /* every judged pair is slow, of three GPUs and more */
    bool gpus[GST_ENV_GPUS]; /* slow with each of two peers and more: all that leaves it, or all
                                that arrives */
    size_t judged, slow;     /* pairs */
};

struct gst_slow_blame gst_slow_pairs_blame(const struct gst_slow_pairs *pairs);

/* Is this slow pair accounted for: by everybody, or by a GPU at one of its ends? */
bool gst_slow_pair_is_blamed(const struct gst_slow_blame *blame, int from, int to);

#endif
