/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA runtime's way to a GPU, on the same primary context as the driver's; see path.h. */
#include "gpu/path.h"

#include "gpu/error.h"

/* A runtime call that launched or queued work may report an earlier error, and a launch may leave
 * one behind that only this call shows. */
static bool check_last_error(struct gst_lane *lane, struct gst_status *st)
{
    return GST_RT(lane->env, st, cudaGetLastError, ());
}

/* The runtime keeps the last error of a thread until it is asked for: one that was met on another
 * GPU must not be held against this one. */
static void forget_last_error(struct gst_lane *lane)
{
    struct gst_status ignored = GST_STATUS_INIT;

    GST_RT(lane->env, &ignored, cudaGetLastError, ());
}

static bool runtime_open(struct gst_lane *lane, struct gst_status *st)
{
    forget_last_error(lane);
    return gst_gpu_use(lane->env, lane->gpu, st)
           && GST_RT(lane->env, st, cudaSetDevice, (lane->gpu->ordinal))
           && GST_RT(lane->env, st, cudaStreamCreateWithFlags,
                     (&lane->stream, cudaStreamNonBlocking))
           && GST_RT(lane->env, st, cudaEventCreateWithFlags, (&lane->start, cudaEventDefault))
           && GST_RT(lane->env, st, cudaEventCreateWithFlags, (&lane->stop, cudaEventDefault));
}

static void runtime_close(struct gst_lane *lane)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (lane->library != NULL)
        GST_RT(lane->env, &ignored, cudaLibraryUnload, (lane->library));
    if (lane->module != NULL)
        GST_CU(lane->env, &ignored, cuModuleUnload, (lane->module));
    if (lane->stop != NULL)
        GST_RT(lane->env, &ignored, cudaEventDestroy, (lane->stop));
    if (lane->start != NULL)
        GST_RT(lane->env, &ignored, cudaEventDestroy, (lane->start));
    if (lane->stream != NULL)
        GST_RT(lane->env, &ignored, cudaStreamDestroy, (lane->stream));
}

/* Runtimes from 12.8 on load images themselves; for older ones the driver loads into the context
 * that both share, and the rest of the path stays the runtime's. */
static bool runtime_load(struct gst_lane *lane, const struct gst_kernel_image *image,
                         const char *kernel, struct gst_status *st)
{
    if (lane->env->libs.cudart.cudaLibraryLoadData == NULL
        || lane->env->libs.cudart.cudaLibraryGetKernel == NULL
        || lane->env->libs.cudart.cudaLaunchKernel == NULL)
        return gst_driver_path.load(lane, image, kernel, st);
    return GST_RT(lane->env, st, cudaLibraryLoadData,
                  (&lane->library, image->data, NULL, NULL, 0, NULL, NULL, 0))
           && GST_RT(lane->env, st, cudaLibraryGetKernel, (&lane->kernel, lane->library, kernel))
           && check_last_error(lane, st);
}

static bool runtime_alloc(struct gst_lane *lane, size_t bytes, uint64_t *pointer,
                          struct gst_status *st)
{
    void *allocated = NULL;

    if (!GST_RT(lane->env, st, cudaMalloc, (&allocated, bytes))) {
        gst_lane_explain_allocation(lane, bytes, st);
        return false;
    }
    *pointer = (uint64_t)(uintptr_t)allocated;
    return true;
}

static void runtime_free(struct gst_lane *lane, uint64_t pointer)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (pointer != 0)
        GST_RT(lane->env, &ignored, cudaFree, ((void *)(uintptr_t)pointer));
}

static bool runtime_fill(struct gst_lane *lane, uint64_t pointer, unsigned char value, size_t bytes,
                         struct gst_status *st)
{
    return GST_RT(lane->env, st, cudaMemsetAsync,
                  ((void *)(uintptr_t)pointer, value, bytes, lane->stream));
}

static bool runtime_upload(struct gst_lane *lane, uint64_t target, const void *source, size_t bytes,
                           struct gst_status *st)
{
    return GST_RT(lane->env, st, cudaMemcpyAsync,
                  ((void *)(uintptr_t)target, source, bytes, cudaMemcpyHostToDevice, lane->stream));
}

static bool runtime_download(struct gst_lane *lane, void *target, uint64_t source, size_t bytes,
                             struct gst_status *st)
{
    return GST_RT(
        lane->env, st, cudaMemcpyAsync,
        (target, (const void *)(uintptr_t)source, bytes, cudaMemcpyDeviceToHost, lane->stream));
}

static bool runtime_copy(struct gst_lane *lane, uint64_t target, uint64_t source, size_t bytes,
                         struct gst_status *st)
{
    return GST_RT(lane->env, st, cudaMemcpyAsync,
                  ((void *)(uintptr_t)target, (const void *)(uintptr_t)source, bytes,
                   cudaMemcpyDeviceToDevice, lane->stream));
}

static bool runtime_launch(struct gst_lane *lane, unsigned blocks, unsigned threads, void *args,
                           struct gst_status *st)
{
    const dim3 grid = { blocks, 1, 1 };
    const dim3 block = { threads, 1, 1 };
    void *parameters[] = { args };

    if (lane->kernel == NULL)
        return gst_driver_path.launch(lane, blocks, threads, args, st);
    return GST_RT(lane->env, st, cudaLaunchKernel,
                  ((const void *)lane->kernel, grid, block, parameters, 0, lane->stream))
           && check_last_error(lane, st);
}

static bool runtime_mark(struct gst_lane *lane, CUevent event, struct gst_status *st)
{
    return GST_RT(lane->env, st, cudaEventRecord, (event, lane->stream));
}

static bool runtime_wait(struct gst_lane *lane, struct gst_status *st)
{
    return GST_RT(lane->env, st, cudaStreamSynchronize, (lane->stream))
           && check_last_error(lane, st);
}

static bool runtime_elapsed(struct gst_lane *lane, double *seconds, struct gst_status *st)
{
    float milliseconds = 0.0F;

    if (!GST_RT(lane->env, st, cudaEventElapsedTime, (&milliseconds, lane->start, lane->stop)))
        return false;
    *seconds = (double)milliseconds * 1e-3;
    return true;
}

const struct gst_path gst_runtime_path = {
    .name = "runtime",
    .open = runtime_open,
    .close = runtime_close,
    .load = runtime_load,
    .alloc = runtime_alloc,
    .free = runtime_free,
    .fill = runtime_fill,
    .upload = runtime_upload,
    .download = runtime_download,
    .copy = runtime_copy,
    .launch = runtime_launch,
    .mark = runtime_mark,
    .wait = runtime_wait,
    .elapsed = runtime_elapsed,
};
