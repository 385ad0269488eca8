/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first half of `compile`: the sources in a private folder, and what nvcc and NVRTC make of
 * them for the GPUs that are there. It needs none.
 */
#ifndef GST_WORKLOADS_COMPILE_BUILD_H
#define GST_WORKLOADS_COMPILE_BUILD_H

#include <stdbool.h>

#include "core/scratch.h"
#include "run/run.h"
#include "workloads/compile/nvcc.h"
#include "workloads/compile/nvrtc.h"

/* Two ways to link the CUDA runtime, as users do. */
#define GST_COMPILE_LINKS 2

struct gst_compile_build {
    struct gst_run *run;
    bool is_run;    /* what is built is run afterwards */
    bool is_judged; /* what went well is told; else that it did is no PASS */
    bool is_noexec; /* the folder: programs there cannot be started by their name */
    bool has_nvcc;
    bool has_nvrtc;
    struct gst_nvcc nvcc;
    struct gst_nvrtc_session nvrtc;
    char programs[GST_COMPILE_LINKS][GST_SCRATCH_SIZE + 16]; /* empty: not built */
};

/* "static" or "shared". */
const char *gst_compile_link_name(int link);

/* Finds the compilers. A missing one is a fault where the image promises it; false where neither is
 * here and neither was promised. */
bool gst_compile_find(struct gst_compile_build *build);
void gst_compile_end(struct gst_compile_build *build);

/* Builds by nvcc; what goes wrong is reported. */
void gst_compile_by_nvcc(struct gst_compile_build *build);

/* Compiles by NVRTC for compute capability `cc`, 0: any. What goes wrong is in `st`. */
bool gst_compile_by_nvrtc(struct gst_compile_build *build, int cc, struct gst_nvrtc_code *code,
                          struct gst_status *st);

/* What one build, or one program, may take of the workload's time: `most_s`, or its `share`th part
 * where that is less. */
double gst_compile_patience_s(const struct gst_run *run, double most_s, double share);

/* Seconds that a compiler took. */
extern const struct gst_metric_def gst_compile_nvcc_time;
extern const struct gst_metric_def gst_compile_nvrtc_time;

#endif
