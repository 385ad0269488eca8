/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vector-add: the canary of the whole path. c = a + b on each GPU, through the driver and through
 * the runtime: odd sizes, every element and both inputs compared on the host, and the rate shown as
 * a share of the memory's peak.
 */
#include <stdio.h>

#include "api/version.h"
#include "gpu/pack.h"
#include "run/run.h"
#include "workloads/addition.h"
#include "workloads/list.h"

#define DEFAULT_BYTES (64ULL << 20)

static const struct gst_metric_def bandwidth = {
    .name = "vector-add.bandwidth",
    .title = "a + b, bytes read and written",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def *const metrics[] = { &bandwidth, NULL };

static bool measure(struct gst_run *run, struct gst_lane *lane, struct gst_addition *addition,
                    struct gst_status *st)
{
    const size_t count = run->samples;
    const double bytes = (double)addition->n * GST_ADDITION_BYTES_PER_ELEMENT;
    struct gst_bar bar = gst_bar_none();
    double samples[GST_SAMPLES_MAX];

    gst_run_phase(run, lane->gpu->index, "%s: measure the rate", lane->path->name);
    for (size_t i = 0; i < count; i++) {
        double seconds = 0;

        if (!gst_lane_start(lane, st) || !gst_addition_launch(addition, lane, addition->n, st)
            || !gst_lane_stop(lane, &seconds, st))
            return false;
        samples[i] = bytes / seconds;
    }
    if (gst_gpu_outgrows_cache(lane->gpu, bytes)) {
        bar.ceiling = gst_gpu_memory_peak_bytes_per_s(lane->gpu);
        snprintf(bar.ceiling_from, sizeof(bar.ceiling_from), "memory clock x bus width");
    }
    return gst_run_metric(run, &bandwidth, lane->gpu->index, lane->path->name, samples, count, bar,
                          st);
}

/* Which code ran: the kernel stores the architecture it was compiled for. */
static void note_code(struct gst_run *run, const struct gst_lane *lane,
                      const struct gst_kernel_image *image, uint32_t arch)
{
    const struct gst_gpu *gpu = lane->gpu;
    const int number = (int)(arch / 10);
    const bool is_native = gst_pack_has_native(image->native, gpu->cc_major, gpu->cc_minor);

    gst_report_fact_text(
        run->report, gpu->index, lane->path->name, "kernel_code", "%s%d of CUDA %d.%d",
        is_native ? "native code sm_" : "PTX through the JIT, compute_", number,
        gst_cuda_major(image->toolkit_version), gst_cuda_minor(image->toolkit_version));
    if (!is_native)
        gst_run_check(run, GST_IMAGE_KERNELS_BY_JIT, gpu->index, false,
                      "compute capability %d.%d runs PTX of compute_%d", gpu->cc_major,
                      gpu->cc_minor, number);
}

static bool test_lane(struct gst_run *run, struct gst_lane *lane, struct gst_addition *addition,
                      struct gst_status *st)
{
    /* One element, less than a warp, not a multiple of anything, and all of them. */
    const size_t sizes[] = { 1, 31, 1025, addition->n };
    const struct gst_kernel_image *image = NULL;

    gst_run_phase(run, lane->gpu->index, "%s: load the kernel", lane->path->name);
    if (!gst_lane_load(lane, "vector_add", false, &image, st))
        return false;
    gst_run_phase(run, lane->gpu->index, "%s: allocate", lane->path->name);
    if (!gst_addition_alloc(addition, lane, st))
        return false;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const size_t n = sizes[i] < addition->n ? sizes[i] : addition->n;

        if (!gst_addition_run(addition, run, lane, n, st))
            return false;
        /* A wrong sum is no reason to stop: whether its input was still right tells what to
         * suspect. A rate of wrong results is worth nothing. */
        if (!gst_addition_check(addition, run, lane, n))
            return gst_addition_check_inputs(addition, run, lane, n, st);
    }
    note_code(run, lane, image, addition->arch);
    return gst_addition_check_inputs(addition, run, lane, addition->n, st)
           && measure(run, lane, addition, st);
}

static void test_gpu(struct gst_run *run, const struct gst_path *path, struct gst_gpu *gpu,
                     struct gst_addition *addition)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_lane lane = { .path = NULL };

    gst_run_phase(run, gpu->index, "%s: open", path->name);
    if (!gst_lane_open(&lane, path, run->env, gpu, &st) || !test_lane(run, &lane, addition, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    if (lane.path != NULL)
        gst_addition_free(addition, &lane);
    gst_lane_close(&lane);
}

/* An odd number of elements: a kernel that drops the tail must fail. */
static size_t elements_for(const struct gst_run *run)
{
    uint64_t bytes = run->size_bytes;

    if (bytes == 0) {
        bytes = DEFAULT_BYTES;
        for (int i = 0; i < run->env->gpu_count; i++) {
            const uint64_t beyond_cache =
                (uint64_t)run->env->gpus[i].l2_bytes * GST_GPU_L2_MULTIPLE + DEFAULT_BYTES / 16;

            bytes = beyond_cache > bytes ? beyond_cache : bytes;
        }
    }
    return (size_t)(bytes / GST_ADDITION_BYTES_PER_ELEMENT) | 1;
}

static bool run_vector_add(struct gst_run *run, struct gst_status *st)
{
    char text[24];
    const struct gst_path *const paths[] = { &gst_driver_path, &gst_runtime_path };
    const int path_count = run->env->has_runtime ? 2 : 1;
    const size_t n = elements_for(run);
    struct gst_addition addition;

    gst_run_phase(run, GST_NO_GPU, "make the input");
    if (!gst_addition_init(&addition, n, run->seed, st))
        return false;
    for (int i = 0; i < run->env->gpu_count; i++) {
        for (int p = 0; p < path_count; p++)
            test_gpu(run, paths[p], &run->env->gpus[i], &addition);
    }
    gst_run_summary(run, "%s, %s, %zu elements each", gst_run_gpus(run, text, sizeof(text)),
                    path_count == 2 ? "through driver and runtime" : "through the driver only", n);
    gst_addition_release(&addition);
    return true;
}

const struct gst_workload gst_workload_vector_add = {
    .name = "vector-add",
    .group = "basic",
    .summary = "can a kernel be loaded, fed, run and read back, with every element right?",
    .passes_when = "every element is right through the driver and through the runtime",
    .needs = { .gpus = 1, .kernels = true },
    .metrics = metrics,
    .timeout_s = 120,
    .size_buffers = 1,
    .takes_samples = true,
    .is_quick = true,
    .run = run_vector_add,
};
