/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GPU environment of one process: the vendor libraries that could be opened, the GPUs they
 * show, and which of those this run is about. Opened in a child, never in the supervisor.
 */
#ifndef GST_GPU_ENV_H
#define GST_GPU_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "api/libs.h"
#include "core/report.h"
#include "core/root.h"
#include "core/status.h"
#include "gpu/device.h"

#define GST_ENV_GPUS 32

/* What is wanted of gst_env_open. */
struct gst_env_request {
    const char *const *devices; /* indices, UUIDs (or unique beginnings) or PCI ids; NULL: all */
    size_t device_count;
    const struct gst_root *root;
    bool is_first; /* false for a child that follows a lost one: what is known is not said again */
};

struct gst_env {
    struct gst_libs libs;
    const struct gst_root *root;
    struct gst_report *report;     /* findings and facts go here */
    struct gst_progress *progress; /* &report->progress: phase and call, for the supervisor */
    int driver_version;            /* cuDriverGetVersion: 13000 */
    char driver_text[32];          /* "580.95.05" */
    int runtime_version;           /* cudaRuntimeGetVersion, 0 without a runtime */
    bool has_runtime;              /* libcudart is there and took this driver */
    bool has_nvml;
    struct gst_gpu gpus[GST_ENV_GPUS]; /* the selected ones */
    int gpu_count;
    int gpus_total; /* that the driver showed */
    bool is_first;
};

/* Opens libraries, driver and GPUs. False if no GPU work is possible at all, with the one cause in
 * `st`; whatever else is wrong (no NVML, runtime too old) goes into the report as a check and
 * leaves has_runtime or has_nvml false. A device that was asked for and is not there sets
 * report->usage_error. On failure nothing is left open. */
bool gst_env_open(struct gst_env *env, const struct gst_env_request *request,
                  struct gst_report *report, struct gst_status *st);

/* Reports GPUs that an earlier process of this run saw and this one does not, once. */
void gst_env_check_still_there(struct gst_env *env);

/* The index of a GPU that hangs, GST_NO_GPU if none does. Pinned memory and libraries belong to all
 * of them: they are then left to the end of the process. */
int gst_env_hung_gpu(const struct gst_env *env);

/* Releases contexts and libraries, unless a GPU hangs; a zeroed environment is fine. */
void gst_env_close(struct gst_env *env);

#endif
