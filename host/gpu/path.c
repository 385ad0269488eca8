/* SPDX-License-Identifier: Apache-2.0 */
/* What both ways to a GPU have in common; see path.h. */
#include "gpu/path.h"

#include <stdio.h>
#include <string.h>

#include "gpu/error.h"
#include "gpu/pack.h"

bool gst_lane_open(struct gst_lane *lane, const struct gst_path *path, struct gst_env *env,
                   struct gst_gpu *gpu, struct gst_status *st)
{
    *lane = (struct gst_lane){ .path = path, .env = env, .gpu = gpu };
    if (path->open(lane, st))
        return true;
    gst_lane_close(lane);
    return false;
}

void gst_lane_close(struct gst_lane *lane)
{
    if (lane->path != NULL)
        lane->path->close(lane);
    *lane = (struct gst_lane){ .path = NULL };
}

void gst_lane_explain_allocation(struct gst_lane *lane, size_t bytes, struct gst_status *st)
{
    struct gst_status ignored = GST_STATUS_INIT;
    size_t available = 0;
    size_t total = 0;
    char cause[GST_CAUSE_SIZE];

    if (st->code != CUDA_ERROR_OUT_OF_MEMORY
        || !GST_CU(lane->env, &ignored, cuMemGetInfo, (&available, &total)))
        return;
    if (available < bytes)
        st->finding = GST_USER_GPU_BUSY;
    snprintf(cause, sizeof(cause), "%.180s; asked for %zu bytes, %zu of %zu are free", st->cause,
             bytes, available, total);
    memcpy(st->cause, cause, sizeof(cause));
}

static bool load(struct gst_lane *lane, const char *file, const char *kernel, bool ptx_only,
                 const struct gst_kernel_image **image, struct gst_status *st)
{
    const struct gst_pack_query query = {
        .file = file,
        .ptx_only = ptx_only,
        .driver_version = lane->env->driver_version,
        .cc_major = lane->gpu->cc_major,
        .cc_minor = lane->gpu->cc_minor,
    };

    *image = gst_pack_choose(gst_kernel_images, gst_kernel_image_count, &query, st);
    return *image != NULL && lane->path->load(lane, *image, kernel, st);
}

bool gst_lane_load(struct gst_lane *lane, const char *name, bool ptx_only,
                   const struct gst_kernel_image **image, struct gst_status *st)
{
    return load(lane, name, name, ptx_only, image, st);
}

bool gst_lane_load_kernel(struct gst_lane *lane, const char *file, const char *kernel,
                          struct gst_status *st)
{
    const struct gst_kernel_image *image = NULL;

    return load(lane, file, kernel, false, &image, st);
}

bool gst_lane_start(struct gst_lane *lane, struct gst_status *st)
{
    return lane->path->mark(lane, lane->start, st);
}

bool gst_lane_stop(struct gst_lane *lane, double *seconds, struct gst_status *st)
{
    return lane->path->mark(lane, lane->stop, st) && gst_lane_stopped(lane, seconds, st);
}

bool gst_lane_stopped(struct gst_lane *lane, double *seconds, struct gst_status *st)
{
    return lane->path->wait(lane, st) && lane->path->elapsed(lane, seconds, st);
}
