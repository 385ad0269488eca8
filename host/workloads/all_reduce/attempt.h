/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranks of one process model from start to end, and what one model says about the other: what
 * fails between processes and works inside one is not the GPUs' fault.
 */
#ifndef GST_WORKLOADS_ALL_REDUCE_ATTEMPT_H
#define GST_WORKLOADS_ALL_REDUCE_ATTEMPT_H

#include <stdbool.h>

#include "collective/crew.h"
#include "run/run.h"
#include "workloads/all_reduce/judge.h"
#include "workloads/all_reduce/report.h"
#include "workloads/all_reduce/way.h"

struct gst_collective_attempt {
    const char *model; /* "per-gpu" or "one-process" */
    bool is_run;       /* false: the rest says nothing */
    struct gst_crew crew;
    struct gst_collective_trace trace;
    struct gst_status st;              /* of the crew */
    struct gst_collective_fault fault; /* of what came out */
};

/* True if all ranks came to the end, and nothing that came out is wrong. */
bool gst_collective_attempt_is_right(const struct gst_collective_attempt *attempt);

/* Reports the ways, numbers and faults of those that were run, the same fault once. */
bool gst_collective_attempts_report(struct gst_run *run,
                                    const struct gst_collective_attempt *per_gpu,
                                    const struct gst_collective_attempt *one,
                                    struct gst_collective_way *way, struct gst_status *st);

#endif
