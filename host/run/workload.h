/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workload is a constant row plus run(). The row says what it needs, what it may measure and how
 * long it may take; run() does the work for one plan item and never parses argv, prints or exits.
 */
#ifndef GST_RUN_WORKLOAD_H
#define GST_RUN_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/report.h"
#include "core/status.h"

struct gst_run;

/* What must be there; unmet needs are a SKIP that says which. */
struct gst_needs {
    int gpus;     /* at least so many selected GPUs */
    bool kernels; /* a kernel pack that fits the driver */
    bool runtime; /* libcudart */
    bool nvml;    /* libnvidia-ml */
};

struct gst_workload {
    const char *name;
    const char *group;       /* "basic", "bandwidth", ... */
    const char *summary;     /* the question it answers, one line */
    const char *passes_when; /* one line, for `list` and the README */
    struct gst_needs needs;
    const char *const *env;                      /* "NAME=value", NULL-terminated, or NULL: a row
                                                    with its own environment gets its own child */
    const struct gst_metric_def *const *metrics; /* NULL-terminated, or NULL */
    double timeout_s;
    double timeout_per_gpu_s; /* on top, for each GPU that is tested: they take turns */
    int size_buffers;         /* each of --size bytes, that a GPU has to hold at once */
    bool takes_samples;       /* --samples changes how often its numbers are measured */
    bool takes_minutes;       /* works as long as --minutes says, and timeout_s on top; part of no
                                 level and no group, so that only who names it waits for it */
    bool takes_pairs;         /* --pairs limits it */
    bool takes_collectives;   /* --collective and its kin choose what it does */
    bool is_for_compilers;    /* part of a level only where the image promises nvcc and NVRTC */
    bool goes_without_gpus;   /* runs, with no GPU selected, where they cannot be opened */
    bool shows_facts;         /* asked for alone, its text holds the page of facts */
    bool is_quick;            /* part of --level quick */
    bool is_early;            /* runs before the GPUs are opened, whether they can be or not */
    bool (*run)(struct gst_run *run, struct gst_status *st);
    /* In the supervisor, after all else: what this item's findings are worth, now that the rest is
     * known. May be NULL. */
    void (*settle)(struct gst_report *report, int item);
};

struct gst_workload_list {
    const struct gst_workload *const *rows;
    size_t count;
};

/* The row of that name, or NULL. */
const struct gst_workload *gst_workload_find(struct gst_workload_list list, const char *name);

#endif
