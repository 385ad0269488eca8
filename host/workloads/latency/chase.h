/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks through a cycle of nodes in memory, wherever that is, by one thread of a GPU: how long one
 * access takes if nothing else is under way. Every walk begins where the one before it ended, so
 * that no node is met again before all others were, and the host walks along on its own.
 */
#ifndef GST_WORKLOADS_LATENCY_CHASE_H
#define GST_WORKLOADS_LATENCY_CHASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/condition.h"
#include "gpu/copy_batch.h"
#include "gpu/path.h"
#include "kernels/latency.h"
#include "run/run.h"

#define GST_CHASE_NODE_BYTES (GST_LATENCY_NODE_WORDS * sizeof(uint32_t))

/* What is walked through; the memory is the caller's. */
struct gst_cycle {
    uint64_t pointer;          /* as the GPU that walks sees it */
    uint32_t nodes;            /* a power of two */
    uint32_t step;             /* odd */
    const char *what;          /* "host memory" */
    enum gst_finding_id wrong; /* what it is if a walk goes astray */
};

/* The largest cycle that fits into so many bytes, at least 2 nodes and at most 2^26 (8 GiB): an
 * index of a word has 32 bits. Pure. */
uint32_t gst_cycle_nodes(uint64_t bytes);

/* Makes the cycle in memory of the host, nodes * GST_CHASE_NODE_BYTES, poison between its nodes. */
void gst_cycle_link_host(uint32_t *words, uint32_t nodes, uint32_t step);

/* The same in memory of the lane's GPU, by a kernel, which is loaded for it. Waits. */
bool gst_cycle_link_gpu(const struct gst_cycle *cycle, struct gst_env *env, struct gst_gpu *gpu,
                        struct gst_status *st);

/* What a walk of so many hops from node `start` must bring home. Pure. */
struct gst_latency_result gst_cycle_walk(const struct gst_cycle *cycle, uint32_t start,
                                         uint32_t hops);

#define GST_CHASE_LAUNCHES (GST_BATCH_WARM_UP + GST_BATCH_COPIES)

/* Zeroed when released. */
struct gst_chase {
    struct gst_lane *lane; /* the caller's; with the kernel loaded by gst_chase_init */
    struct gst_batch batch;
    struct gst_cycle cycle;
    uint64_t results; /* on the GPU: of each launch of a batch, and one that nobody looks at */
    uint32_t hops;    /* of one launch */
    uint32_t at;      /* the node where the next launch begins */
    size_t launches;  /* in this batch */
    struct gst_condition *condition; /* the caller's, of the lane's GPU: read under load; or NULL */
    bool was_ahead; /* in every batch of this cycle: the host queued faster than the GPU walked */
    struct gst_latency_result expected[GST_CHASE_LAUNCHES];
    struct gst_latency_result seen[GST_CHASE_LAUNCHES];
};

/* Loads the kernel into the lane and allocates on its GPU. On failure nothing is kept. */
bool gst_chase_init(struct gst_chase *chase, struct gst_lane *lane, struct gst_status *st);
void gst_chase_release(struct gst_chase *chase);

/* From now on it walks through `cycle`, from its first node, `hops` at a time. */
void gst_chase_begin(struct gst_chase *chase, const struct gst_cycle *cycle, uint32_t hops);

/* `seconds`, one hop's, for each of `count` timed launches, in batches. Every launch is compared
 * with the host's own walk, and the comparison itself tried; *is_right tells whether all was as it
 * had to be, what was not is reported of the lane's GPU. */
bool gst_chase_time(struct gst_chase *chase, struct gst_run *run, double *seconds, size_t count,
                    bool *is_right, struct gst_status *st);

/* Keeps the lane busy with a walk that is neither timed nor looked at. */
bool gst_chase_lead(struct gst_chase *chase, uint32_t hops, struct gst_status *st);

#endif
