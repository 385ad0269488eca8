/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a workload's run() is given, and the few verbs by which it reports. Everything goes straight
 * into the shared report, so nothing is lost when the process dies in the next call.
 */
#ifndef GST_RUN_RUN_H
#define GST_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/judge.h"
#include "core/report.h"
#include "gpu/condition.h"
#include "gpu/env.h"
#include "meet/launch.h"
#include "run/settings.h"
#include "run/workload.h"

struct gst_run {
    const struct gst_workload *workload;
    struct gst_env *env; /* open libraries, selected GPUs; nothing in it for an early workload */
    struct gst_report *report;
    const char *root;              /* of --root: "/", or the folder that stands for it */
    const struct gst_bars *bars;   /* of the site, may be empty */
    uint64_t seed;                 /* fresh for each run unless --seed fixed it */
    uint64_t size_bytes;           /* --size, 0: the workload's own choice */
    size_t samples;                /* of each number, 1 to GST_SAMPLES_MAX */
    double minutes;                /* --minutes */
    const struct gst_pairs *pairs; /* --pairs; NULL: all */
    const struct gst_collective_choice *collectives; /* of --collective and its kin */
    const struct gst_launch *launch; /* this process is one rank of several; NULL: it is all */
    bool is_full;                    /* --level full */
    bool wants_libraries; /* cuBLAS or NCCL missing is a fault: the workload was named, or the image
                             promises them */
    bool promises_compilers; /* the image has nvcc and NVRTC, or should */
    double timeout_s;        /* what the supervisor gives it: --timeout, or the row's own */
};

/* The seed folded to the 32 bits that patterns take. */
uint32_t gst_run_pattern_seed(const struct gst_run *run);

/* What it is doing now, for progress and for whoever has to explain a hang: "copy to gpu 3". */
void gst_run_phase(struct gst_run *run, int gpu, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Answers a check; returns `ok`. */
#define gst_run_check(run, finding, gpu, ...)                                                      \
    gst_run_check_at(run, GST_WHERE, finding, gpu, __VA_ARGS__)

bool gst_run_check_at(struct gst_run *run, const char *where, enum gst_finding_id finding, int gpu,
                      bool ok, const char *observed, ...) __attribute__((format(printf, 6, 7)));

/* Records samples of one of the metrics that the workload's row declares, with the site's bar where
 * there is one; a site's bar past the physical ceiling becomes the report's usage error. An
 * undeclared metric is a bug and fails with suite.crashed. */
bool gst_run_metric(struct gst_run *run, const struct gst_metric_def *def, int gpu,
                    const char *variant, const double *samples, size_t count, struct gst_bar bar,
                    struct gst_status *st);

/* The same from one GPU to another. */
bool gst_run_metric_between(struct gst_run *run, const struct gst_metric_def *def, int src_gpu,
                            int dst_gpu, const char *variant, const double *samples, size_t count,
                            struct gst_bar bar, struct gst_status *st);

/* Says why the metric recorded last is slow, if it is: where it is a FAIL, a check of `finding`
 * with the number, its floor and `why` takes the place of hardware.slow, and the metric takes the
 * finding's word (an ERROR where nobody can tell). Where it is none, the finding is kept for the
 * comparison with siblings. */
void gst_run_explain_metric(struct gst_run *run, enum gst_finding_id finding, const char *why);

/* The same with the condition that its GPU was in while it was measured. */
void gst_run_explain_by(struct gst_run *run, const struct gst_condition *condition);

/* The one line that a PASS shows. */
void gst_run_summary(struct gst_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes the workload a SKIP with this reason, if nothing else counts: run() returns true then. */
void gst_run_skip(struct gst_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "1 GPU" or "8 GPUs": those that are tested. Returns `text`. */
const char *gst_run_gpus(const struct gst_run *run, char *text, size_t size);

/* Adds to the count of elements that were compared on the host. */
void gst_run_count_elements(struct gst_run *run, uint64_t elements);

#endif
