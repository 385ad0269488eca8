/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What copies between GPUs carry, and whether it arrived. Where it did not, a copy through the host
 * to the same memory tells a link that loses data from memory that does.
 */
#ifndef GST_WORKLOADS_PEER_COPY_DATA_H
#define GST_WORKLOADS_PEER_COPY_DATA_H

#include "workloads/peer_copy/bench.h"

/* Each copy begins a few words further in one long pattern, which is a pattern of its own and
 * differs from all others in every word; after so many bytes it begins anew. */
#define GST_PEER_DATA_EXTRA ((size_t)1 << 20)

/* Queues a fresh pattern into what leaves `from`, and poison into where it arrives. */
bool gst_peer_data_prepare(struct gst_peer_bench *bench, int from, int to, struct gst_status *st);

/* Waits for the stream of this GPU. */
bool gst_peer_data_wait(struct gst_peer_bench *bench, int gpu, struct gst_status *st);

/* Fetches what arrived at `to` and compares every word with what left `from`, sees that one planted
 * error is caught, and writes the answer into bench->data. Tells what is wrong, except for copies
 * that were dropped. */
bool gst_peer_data_verify(struct gst_peer_bench *bench, int from, int to, struct gst_status *st);

#endif
