/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is needed of one GPU to time its loads and small copies: a stream, the kernel, a cycle of
 * nodes in its own memory and pages to copy; and pinned pages of the host beside it.
 */
#ifndef GST_WORKLOADS_LATENCY_SEAT_H
#define GST_WORKLOADS_LATENCY_SEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/judge.h"
#include "gpu/path.h"
#include "run/run.h"
#include "workloads/latency/chase.h"
#include "workloads/latency/small_copies.h"

/* Memory of a GPU that holds a cycle, and as much again that is written over to take its lines out
 * of the cache. */
#define GST_LATENCY_BUFFERS 2

/* As nvbandwidth's tests of host and peer memory: small enough for every host's budget of pinned
 * memory. It is read anew whatever the size, since the loads are volatile and nothing that lies
 * behind a link is in the GPU's own L2. */
#define GST_LATENCY_FAR_BYTES ((size_t)2 << 20)

/* Zeroed when closed. */
struct gst_latency_seat {
    struct gst_lane lane;
    struct gst_chase chase;
    struct gst_small_copies small;
    struct gst_cycle cycle; /* in this GPU's memory */
    uint64_t in;            /* pages that arrive, GST_SMALL_COPIES_BYTES */
    uint64_t out;           /* pages that leave */
};

/* Opens it with a cycle of at most `bytes`, less where memory is short, whose order `seed` decides.
 * Leaves the GPU's context current. On failure nothing is kept. */
bool gst_latency_seat_open(struct gst_latency_seat *seat, struct gst_run *run, struct gst_gpu *gpu,
                           uint64_t bytes, uint32_t seed, struct gst_status *st);
void gst_latency_seat_close(struct gst_latency_seat *seat);

/* Makes its GPU's context current; on failure st->gpu is that GPU. */
bool gst_latency_seat_use(struct gst_latency_seat *seat, struct gst_status *st);

/* Zeroed when released. */
struct gst_latency_pages {
    uint32_t *source; /* pinned, GST_SMALL_COPIES_BYTES */
    uint32_t *target;
    uint32_t seed; /* of the pattern in `source` */
};

/* In the current context. On failure nothing is kept. */
bool gst_latency_pages_init(struct gst_latency_pages *pages, struct gst_env *env, uint32_t seed,
                            struct gst_status *st);
void gst_latency_pages_release(struct gst_latency_pages *pages, struct gst_env *env);

/* A new pattern in `source`, and nothing of it in `target`. */
void gst_latency_pages_renew(struct gst_latency_pages *pages);

/* Memory of the host that the current context's GPU may read; NULL for release does nothing. */
bool gst_latency_pin(struct gst_env *env, size_t bytes, uint32_t **words, struct gst_status *st);
void gst_latency_unpin(struct gst_env *env, uint32_t *words);

/* What no load of this GPU can be quicker than; without a floor. */
struct gst_bar gst_latency_bar_of_load(const struct gst_gpu *gpu);

/* A page is not quicker than its bytes cross a link of so many bytes per second; NaN: no bar. */
struct gst_bar gst_latency_bar_of_page(double bytes_per_s, const char *from);

/* What tells numbers apart that are the host's pace and not the GPU's. */
const char *gst_latency_variant(bool was_ahead);

#endif
