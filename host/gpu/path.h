/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ways to the same GPU: through the driver alone, which proves the injection, and through the
 * CUDA runtime, which proves the image. A workload is written once against these verbs; where one
 * way fails and the other works, that difference is the diagnosis.
 */
#ifndef GST_GPU_PATH_H
#define GST_GPU_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "gpu/env.h"
#include "kernels/pack.h"

struct gst_path;

/* One open way: a stream and two events on one GPU, with one kernel loaded. Zeroed when closed. */
struct gst_lane {
    const struct gst_path *path;
    struct gst_env *env;
    struct gst_gpu *gpu;
    CUstream stream; /* streams and events of both APIs are the same objects */
    CUevent start;
    CUevent stop;
    CUmodule module;
    CUfunction function;
    cudaLibrary_t library;
    cudaKernel_t kernel;
};

/* All return false with the cause in `st`. Device pointers are plain numbers in both APIs. */
struct gst_path {
    const char *name; /* "driver" or "runtime" */
    bool (*open)(struct gst_lane *lane, struct gst_status *st);
    void (*close)(struct gst_lane *lane);
    bool (*load)(struct gst_lane *lane, const struct gst_kernel_image *image, const char *kernel,
                 struct gst_status *st);
    bool (*alloc)(struct gst_lane *lane, size_t bytes, uint64_t *pointer, struct gst_status *st);
    void (*free)(struct gst_lane *lane, uint64_t pointer);
    /* Asynchronous on the lane's stream. */
    bool (*fill)(struct gst_lane *lane, uint64_t pointer, unsigned char value, size_t bytes,
                 struct gst_status *st);
    bool (*upload)(struct gst_lane *lane, uint64_t target, const void *source, size_t bytes,
                   struct gst_status *st);
    bool (*download)(struct gst_lane *lane, void *target, uint64_t source, size_t bytes,
                     struct gst_status *st);
    /* Between two places of the lane's own GPU, by the driver's choice of engine. */
    bool (*copy)(struct gst_lane *lane, uint64_t target, uint64_t source, size_t bytes,
                 struct gst_status *st);
    bool (*launch)(struct gst_lane *lane, unsigned blocks, unsigned threads, void *args,
                   struct gst_status *st);
    bool (*mark)(struct gst_lane *lane, CUevent event, struct gst_status *st);
    /* Waits for the stream; errors of earlier asynchronous work surface here. */
    bool (*wait)(struct gst_lane *lane, struct gst_status *st);
    /* Seconds between the lane's start and stop, after a wait. */
    bool (*elapsed)(struct gst_lane *lane, double *seconds, struct gst_status *st);
};

extern const struct gst_path gst_driver_path;
extern const struct gst_path gst_runtime_path;

/* Opens a way to one GPU of the environment; on failure nothing stays open. */
bool gst_lane_open(struct gst_lane *lane, const struct gst_path *path, struct gst_env *env,
                   struct gst_gpu *gpu, struct gst_status *st);

/* Closes it, with all that was loaded; a zeroed lane is fine. */
void gst_lane_close(struct gst_lane *lane);

/* Chooses the image of kernel `name` that driver and GPU can take (pack.h) and loads it. `image` is
 * written as soon as it is chosen, also if the driver then refuses it. */
bool gst_lane_load(struct gst_lane *lane, const char *name, bool ptx_only,
                   const struct gst_kernel_image **image, struct gst_status *st);

/* The same for one kernel of a file that holds several. */
bool gst_lane_load_kernel(struct gst_lane *lane, const char *file, const char *kernel,
                          struct gst_status *st);

/* What is queued between both is timed by GPU events; the second waits for it. */
bool gst_lane_start(struct gst_lane *lane, struct gst_status *st);
bool gst_lane_stop(struct gst_lane *lane, double *seconds, struct gst_status *st);

/* The second half of gst_lane_stop, for who has marked lane->stop and then done something else. */
bool gst_lane_stopped(struct gst_lane *lane, double *seconds, struct gst_status *st);

/* Turns "out of memory" into "busy" where others hold the memory: `st` holds a failed allocation of
 * `bytes`. */
void gst_lane_explain_allocation(struct gst_lane *lane, size_t bytes, struct gst_status *st);

#endif
