/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a crew left on its board, as findings and numbers of a report: which elements are wrong and
 * what that looks like, and how fast the slowest rank was.
 */
#ifndef GST_WORKLOADS_ALL_REDUCE_REPORT_H
#define GST_WORKLOADS_ALL_REDUCE_REPORT_H

#include <stdbool.h>

#include "collective/board.h"
#include "run/run.h"
#include "workloads/all_reduce/way.h"

/* Bandwidths and time of every collective, NULL-terminated: for the workload's row. */
extern const struct gst_metric_def *const gst_collective_metrics[];

/* The first thing that is wrong with what came out; `finding` GST_NO_FINDING if nothing is. */
struct gst_collective_fault {
    enum gst_finding_id finding;
    int gpu;
    char text[GST_CAUSE_SIZE];
};

/* Looks through all outcomes. */
void gst_collective_judge(const struct gst_board *board, struct gst_collective_fault *fault);

/* Elements that were compared, of all ranks. */
uint64_t gst_collective_checked(const struct gst_board *board);

/* Records what was measured, each sample being that of the slowest rank, and judges bandwidths by
 * what the way allows; `model` names the process model. Samples that the host was late for count
 * only where there are no others, and are then not judged. */
bool gst_collective_report(struct gst_run *run, const struct gst_board *board, const char *model,
                           struct gst_collective_way *way, struct gst_status *st);

#endif
