/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the supervised child does: opens the GPUs, runs the workloads of the plan, closes.
 */
#ifndef GST_RUN_JOB_H
#define GST_RUN_JOB_H

#include <stdbool.h>

#include "core/bars.h"
#include "core/report.h"
#include "core/root.h"
#include "gpu/env.h"
#include "meet/launch.h"
#include "run/plan.h"
#include "run/settings.h"
#include "run/supervise.h"

struct gst_job {
    const struct gst_settings *settings;
    struct gst_plan plan;
    struct gst_bars bars;
    struct gst_report *report;
    struct gst_root root;
    char devices[GST_OPTION_LIST_MAX][GST_TEXT_SIZE]; /* of --device, each ended by a zero */
    uint64_t seed;
    struct gst_launch launch; /* as one rank of several, if `launcher` is set */
    struct gst_env env;       /* of the child */
};

/* The operations; their context is a struct gst_job. */
extern const struct gst_child_ops gst_job_ops;

/* Runs the plan under supervision. */
bool gst_job_supervise(struct gst_job *job, struct gst_status *st);

#endif
