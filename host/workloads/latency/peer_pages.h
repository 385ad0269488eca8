/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single pages from one GPU to another: a fresh pattern at the source, poison at the target, and
 * whether it arrived, by the target's own context. Where it did not, the same memory is tried
 * through the host, which tells a link that loses data from memory that does.
 */
#ifndef GST_WORKLOADS_LATENCY_PEER_PAGES_H
#define GST_WORKLOADS_LATENCY_PEER_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "workloads/latency/seat.h"

struct gst_peer_pages {
    struct gst_run *run;
    struct gst_latency_seat *source;
    struct gst_latency_seat *target;
    struct gst_latency_pages *pages;
    size_t samples; /* that copy pages from the first on */
};

enum gst_peer_pages_data {
    GST_PEER_PAGES_RIGHT,
    GST_PEER_PAGES_WRONG,   /* it has been told */
    GST_PEER_PAGES_DROPPED, /* the target still held what was there before; not told yet */
};

/* Leaves the source's context current. All that fail set st->gpu. */
bool gst_peer_pages_prepare(struct gst_peer_pages *pair, struct gst_status *st);

/* A gst_small_copy; `data` is the pair. */
bool gst_peer_pages_copy(struct gst_lane *lane, void *data, size_t page, struct gst_status *st);

/* Compares every word, and sees that one planted error is caught. */
bool gst_peer_pages_verify(struct gst_peer_pages *pair, enum gst_peer_pages_data *data,
                           struct gst_status *st);

#endif
