/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVRTC in this process: kernels.cu compiled for one architecture, and then loaded and run on a
 * GPU through the driver.
 */
#ifndef GST_WORKLOADS_COMPILE_NVRTC_H
#define GST_WORKLOADS_COMPILE_NVRTC_H

#include <stdbool.h>
#include <stddef.h>

#include "api/nvrtc_libs.h"
#include "core/status.h"
#include "run/run.h"
#include "workloads/compile/choice.h"

struct gst_nvrtc_session {
    struct gst_library library;
    struct gst_nvrtc calls;
    int major;
    char version[16]; /* "13.0" */
    struct gst_architectures known;
    struct gst_progress *progress; /* where a call that does not come back is told */
};

/* What was compiled: code of one architecture, or PTX. */
struct gst_nvrtc_code {
    char *data; /* of malloc() */
    size_t bytes;
    int architecture;
    int compiler_major; /* of the NVRTC that made it */
    bool is_native;
    double seconds;
};

/* Opens the library and asks what it is. False with the cause in `st`; nothing is open then. */
bool gst_nvrtc_begin(struct gst_nvrtc_session *session, struct gst_progress *progress,
                     struct gst_status *st);
void gst_nvrtc_end(struct gst_nvrtc_session *session);

/* Compiles for a GPU of compute capability `cc`; 0: for the oldest that NVRTC knows. */
bool gst_nvrtc_compile(const struct gst_nvrtc_session *session, int cc, struct gst_nvrtc_code *code,
                       struct gst_status *st);
void gst_nvrtc_release(struct gst_nvrtc_code *code);

/* Runs it on a GPU and compares every element. */
bool gst_nvrtc_run(struct gst_run *run, struct gst_gpu *gpu, const struct gst_nvrtc_code *code,
                   struct gst_status *st);

/* The finding that a refused compilation stands for. Pure. */
enum gst_finding_id gst_nvrtc_blame(int result, const char *log);

/* The finding of code of NVRTC's that a driver refuses, where a CUDA error alone stands for
 * `finding`: a driver of an older major knows nothing of that code. Pure. */
enum gst_finding_id gst_nvrtc_blame_load(enum gst_finding_id finding, int compiler_major,
                                         int driver_major);

#endif
