/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor forks before any GPU library is loaded. One child works through the steps; when it
 * crashes, hangs or grows without bound, that costs the step it was in: the parent writes down in
 * which phase and library call, and goes on with a fresh child at the next step. The parent itself
 * never calls into a vendor library.
 */
#ifndef GST_RUN_SUPERVISE_H
#define GST_RUN_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/report.h"
#include "core/status.h"

/* One item of the report, in the same order. */
struct gst_step {
    const char *const *env; /* its own environment: its own child */
    double timeout_s;
    double timeout_per_gpu_s; /* on top, for each GPU that was opened */
    bool is_early;            /* done before ops->open; such steps come first */
    bool goes_without_gpus;   /* done even where ops->open failed */
};

/* What the child does. All run in the child; `context` is the child's copy. */
struct gst_child_ops {
    /* Opens what the steps need; is_first only in the first child that gets there. A failure ends
     * the child and makes every step that is left a SKIP, blocked by the finding in `st`, but for
     * those that go without GPUs: they are done in children that open nothing. */
    bool (*open)(void *context, bool is_first, struct gst_status *st);
    /* Does step `index`; its status, if false, becomes a finding of that item. */
    bool (*run)(void *context, size_t index, struct gst_status *st);
    void (*close)(void *context);
};

struct gst_supervisor {
    struct gst_report *report; /* from gst_report_map, with one item per step */
    const struct gst_step *steps;
    size_t step_count;
    const struct gst_child_ops *ops;
    void *context;
    bool isolate;                /* a child for each step */
    double open_timeout_s;       /* for ops->open; on real hosts a first open takes seconds */
    double grace_s;              /* from TERM to KILL, and from KILL to giving up */
    uint64_t memory_limit_bytes; /* resident size of the child, 0: three quarters of what the
                                    machine or its cgroup has left at the start */
};

/* Runs all steps. Ends early, with report->interrupted set, on SIGTERM, SIGINT or SIGHUP. False
 * only if the supervisor itself could not work (no process, no pipe). What libraries print is kept
 * out of standard output and error, and the first of it is recorded as a note. */
bool gst_supervise(const struct gst_supervisor *supervisor, struct gst_status *st);

#endif
