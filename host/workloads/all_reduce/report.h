/* SPDX-License-Identifier: Apache-2.0 */
/* What a crew left on its board, as numbers of a report: how fast the slowest rank was. */
#ifndef GST_WORKLOADS_ALL_REDUCE_REPORT_H
#define GST_WORKLOADS_ALL_REDUCE_REPORT_H

#include <stdbool.h>

#include "collective/board.h"
#include "run/run.h"
#include "workloads/all_reduce/way.h"

/* Bandwidths and time of every collective, NULL-terminated: for the workload's row. */
extern const struct gst_metric_def *const gst_collective_metrics[];

/* Records what was measured, each sample being that of the slowest rank, and judges bandwidths by
 * what the way allows; `model` names the process model. Samples that the host was late for count
 * only where there are no others, and are then not judged. */
bool gst_collective_report(struct gst_run *run, const struct gst_board *board, const char *model,
                           struct gst_collective_way *way, struct gst_status *st);

#endif
