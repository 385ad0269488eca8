/* SPDX-License-Identifier: Apache-2.0 */
/* The driver API's way to a GPU; see path.h. */
#include "gpu/path.h"

#include <stdio.h>
#include <string.h>

#include "api/version.h"
#include "gpu/error.h"

/* What the driver's JIT or loader has to say about an image, for the cause of a failed load. */
#define LOG_SIZE 512

static bool driver_open(struct gst_lane *lane, struct gst_status *st)
{
    return gst_gpu_use(lane->env, lane->gpu, st)
           && GST_CU(lane->env, st, cuStreamCreate, (&lane->stream, CU_STREAM_NON_BLOCKING))
           && GST_CU(lane->env, st, cuEventCreate, (&lane->start, CU_EVENT_DEFAULT))
           && GST_CU(lane->env, st, cuEventCreate, (&lane->stop, CU_EVENT_DEFAULT));
}

static void driver_close(struct gst_lane *lane)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (lane->module != NULL)
        GST_CU(lane->env, &ignored, cuModuleUnload, (lane->module));
    if (lane->stop != NULL)
        GST_CU(lane->env, &ignored, cuEventDestroy, (lane->stop));
    if (lane->start != NULL)
        GST_CU(lane->env, &ignored, cuEventDestroy, (lane->start));
    if (lane->stream != NULL)
        GST_CU(lane->env, &ignored, cuStreamDestroy, (lane->stream));
}

static bool driver_load(struct gst_lane *lane, const struct gst_kernel_image *image,
                        const char *kernel, struct gst_status *st)
{
    char log[LOG_SIZE] = "";
    CUjit_option options[] = { CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
    void *values[] = { log, (void *)(uintptr_t)sizeof(log) };

    if (!GST_CU(lane->env, st, cuModuleLoadDataEx,
                (&lane->module, image->data, 2, options, values))) {
        char cause[GST_CAUSE_SIZE];

        snprintf(cause, sizeof(cause), "%.150s; image '%s' of CUDA %d.%d%s%.100s", st->cause,
                 image->file, gst_cuda_major(image->toolkit_version),
                 gst_cuda_minor(image->toolkit_version), log[0] != '\0' ? ": " : "", log);
        memcpy(st->cause, cause, sizeof(cause));
        return false;
    }
    return GST_CU(lane->env, st, cuModuleGetFunction, (&lane->function, lane->module, kernel));
}

static bool driver_alloc(struct gst_lane *lane, size_t bytes, uint64_t *pointer,
                         struct gst_status *st)
{
    CUdeviceptr allocated = 0;

    if (!GST_CU(lane->env, st, cuMemAlloc, (&allocated, bytes))) {
        gst_lane_explain_allocation(lane, bytes, st);
        return false;
    }
    *pointer = allocated;
    return true;
}

static void driver_free(struct gst_lane *lane, uint64_t pointer)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (pointer != 0)
        GST_CU(lane->env, &ignored, cuMemFree, (pointer));
}

static bool driver_fill(struct gst_lane *lane, uint64_t pointer, unsigned char value, size_t bytes,
                        struct gst_status *st)
{
    return GST_CU(lane->env, st, cuMemsetD8Async, (pointer, value, bytes, lane->stream));
}

static bool driver_upload(struct gst_lane *lane, uint64_t target, const void *source, size_t bytes,
                          struct gst_status *st)
{
    return GST_CU(lane->env, st, cuMemcpyHtoDAsync, (target, source, bytes, lane->stream));
}

static bool driver_download(struct gst_lane *lane, void *target, uint64_t source, size_t bytes,
                            struct gst_status *st)
{
    return GST_CU(lane->env, st, cuMemcpyDtoHAsync, (target, source, bytes, lane->stream));
}

static bool driver_copy(struct gst_lane *lane, uint64_t target, uint64_t source, size_t bytes,
                        struct gst_status *st)
{
    return GST_CU(lane->env, st, cuMemcpyDtoDAsync, (target, source, bytes, lane->stream));
}

static bool driver_launch(struct gst_lane *lane, unsigned blocks, unsigned threads, void *args,
                          struct gst_status *st)
{
    void *parameters[] = { args };

    return GST_CU(lane->env, st, cuLaunchKernel,
                  (lane->function, blocks, 1, 1, threads, 1, 1, 0, lane->stream, parameters, NULL));
}

static bool driver_mark(struct gst_lane *lane, CUevent event, struct gst_status *st)
{
    return GST_CU(lane->env, st, cuEventRecord, (event, lane->stream));
}

static bool driver_wait(struct gst_lane *lane, struct gst_status *st)
{
    return GST_CU(lane->env, st, cuStreamSynchronize, (lane->stream));
}

static bool driver_elapsed(struct gst_lane *lane, double *seconds, struct gst_status *st)
{
    float milliseconds = 0.0F;

    if (!GST_CU(lane->env, st, cuEventElapsedTime, (&milliseconds, lane->start, lane->stop)))
        return false;
    *seconds = (double)milliseconds * 1e-3;
    return true;
}

const struct gst_path gst_driver_path = {
    .name = "driver",
    .open = driver_open,
    .close = driver_close,
    .load = driver_load,
    .alloc = driver_alloc,
    .free = driver_free,
    .fill = driver_fill,
    .upload = driver_upload,
    .download = driver_download,
    .copy = driver_copy,
    .launch = driver_launch,
    .mark = driver_mark,
    .wait = driver_wait,
    .elapsed = driver_elapsed,
};
