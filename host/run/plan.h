/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which workloads a run consists of. Pure.
 */
#ifndef GST_RUN_PLAN_H
#define GST_RUN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/report.h"
#include "run/settings.h"
#include "run/workload.h"

struct gst_plan {
    size_t count;
    const struct gst_workload *rows[GST_REPORT_ITEMS];
};

/* The workloads and groups that are named, in that order, early ones first, and each once; or those
 * of the level, less --skip, limited by --only. A name is taken whatever its level; a group stands
 * for those of its workloads that the level has. False with one line in `error`: an unknown word,
 * with the valid ones, or nothing left. */
bool gst_plan_make(struct gst_plan *plan, struct gst_workload_list list,
                   const struct gst_settings *settings, char *error, size_t size);

/* True if somebody asked for the workload by its own name, and for no group or level of it. Pure.
 */
bool gst_plan_is_named(const struct gst_settings *settings, const char *name);

/* Every metric that a workload of the list declares; returns how many, at most `capacity`. */
size_t gst_plan_metrics(struct gst_workload_list list, const struct gst_metric_def **metrics,
                        size_t capacity);

/* Calls `visit` once per group, in the order of the list. */
void gst_plan_groups(struct gst_workload_list list, void (*visit)(const char *group, void *data),
                     void *data);

#endif
