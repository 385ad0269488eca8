/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way that collectives took, as facts, checks and notes of the report.
 */
#ifndef GST_COLLECTIVE_WAY_REPORT_H
#define GST_COLLECTIVE_WAY_REPORT_H

#include <stdbool.h>

#include "collective/way/read.h"
#include "collective/way/settings.h"
#include "gpu/peers.h"
#include "meet/card.h"
#include "run/run.h"

struct gst_way_input {
    const struct gst_way_seen *seen; /* what these processes left */
    const char *model;               /* "per-gpu", "one-process": of the processes that took part */
    int ranks;
    const int *gpus;              /* of each rank, as in env->gpus; -1: on another machine */
    const struct gst_card *cards; /* of each rank; NULL: all of this process's container */
    const struct gst_peers *peers;
    const struct gst_way_settings *settings;
    int nccl_version;        /* 22809 for 2.28.9; 0: not known */
    bool is_placing_refused; /* as gst_way_is_placing_refused() tells */
};

/* Says what was seen. May be called once for each process model; what is the
 * same for both is said by gst_way_report_settings(). Nothing is judged where nothing was told: a
 * collective that failed has a cause of its own. Returns why the way is worse than it could be,
 * GST_NO_FINDING if it is not. */
enum gst_finding_id gst_way_report(struct gst_run *run, const struct gst_way_input *input);

/* Every variable of NCCL that somebody set, as a fact, and a note of those that tune. Once a run.
 */
void gst_way_report_settings(struct gst_run *run, const struct gst_way_settings *settings);

#endif
