/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way the collectives of a test took, and what they could reach on it: what the ranks of each
 * process model are told to write, the live topology between their GPUs, and the bars from it.
 */
#ifndef GST_WORKLOADS_ALL_REDUCE_WAY_H
#define GST_WORKLOADS_ALL_REDUCE_WAY_H

#include <stdbool.h>

#include "collective/board.h"
#include "collective/way/read.h"
#include "collective/way/settings.h"
#include "collective/way/site.h"
#include "core/scratch.h"
#include "gpu/peers.h"
#include "meet/card.h"
#include "run/run.h"

#define GST_COLLECTIVE_WAY_VARIABLES 8

struct gst_collective_way {
    struct gst_run *run;
    struct gst_way_settings settings;
    struct gst_peers peers;
    struct gst_way_site site;
    int ranks;
    int gpus[GST_ENV_GPUS];       /* of each rank, as in env->gpus; -1: not to be seen from here */
    const struct gst_card *cards; /* of each rank; NULL: all are of this process's container */
    enum gst_finding_id lost;     /* why the way that was told last is not the best one;
                                   * GST_NO_FINDING: it is */
};

/* One process model: what its ranks are told to write, and what they wrote. */
struct gst_collective_trace {
    char texts[GST_COLLECTIVE_WAY_VARIABLES][GST_SCRATCH_SIZE + 64];
    const char *variables[GST_COLLECTIVE_WAY_VARIABLES + 1]; /* for the ranks, NULL-terminated */
    struct gst_way_seen *seen;                               /* NULL: nothing will be told */
};

/* Reads what holds now: NCCL's variables before any of the suite's own, and how the selected GPUs
 * are joined, rank i on GPU i. No GPU is used for that. */
void gst_collective_way_read(struct gst_collective_way *way, struct gst_run *run);

/* The ranks are those of run->launch, each of its own process. Of which GPUs, their `cards` say,
 * which stay the caller's. Bars are left where all are here. */
void gst_collective_way_among(struct gst_collective_way *way, const struct gst_card *cards);

/* Says what was set, and whether /dev/shm has room: once a run. */
void gst_collective_way_tell(struct gst_collective_way *way);

/* Before and after the ranks run: what they write lies in a folder only until then. Without one
 * nothing is told. */
void gst_collective_trace_start(struct gst_collective_trace *trace, struct gst_run *run);
void gst_collective_trace_stop(struct gst_collective_trace *trace, struct gst_run *run);

/* Of the struct gst_run `data`, before that: has one of its ranks written why it failed? */
bool gst_collective_trace_knows_why(void *data);

/* What the ranks wrote, and what was set, may tell more than where they ended. Where an error says
 * little, the first warning of NCCL's that says why takes its place. A deadline that passed while
 * they came to meet becomes image.nccl-compiles-too-long if none had its kernels; a variable that
 * leaves NCCL no interface is named behind what NCCL says. */
void gst_collective_trace_blame(const struct gst_collective_trace *trace,
                                const struct gst_collective_way *way, const struct gst_board *board,
                                struct gst_status *st);

/* Says which way was taken, and why not a better one. */
void gst_collective_trace_tell(const struct gst_collective_trace *trace,
                               struct gst_collective_way *way, const struct gst_board *board,
                               const char *model);
void gst_collective_trace_release(struct gst_collective_trace *trace);

/* If the metric that was recorded last is below its floor: why, as far as links tell. */
void gst_collective_way_explain(struct gst_collective_way *way);

#endif
