/* SPDX-License-Identifier: Apache-2.0 */
/*
 * launch: what a kernel launch costs, and whether the driver can compile PTX. The second needs the
 * compilation cache off, or an old result would hide a missing compiler; so this workload has an
 * environment, and a process, of its own.
 */
#include "api/version.h"
#include "gpu/pack.h"
#include "gpu/path.h"
#include "kernels/empty.h"
#include "run/run.h"
#include "workloads/addition.h"
#include "workloads/list.h"

/* Enough launches for one event pair that the events' own resolution of half a microsecond (CUDA
 * driver API, cuEventElapsedTime) is under one percent. */
#define LAUNCHES_PER_SAMPLE 100
#define JIT_ELEMENTS        1025

static const struct gst_metric_def latency = {
    .name = "launch.latency",
    .title = "one empty kernel among many, queued back to back",
    .unit = GST_UNIT_SECONDS,
};

static const struct gst_metric_def *const metrics[] = { &latency, NULL };

static const char *const environment[] = { "CUDA_CACHE_DISABLE=1", NULL };

static bool launch_many(struct gst_lane *lane, int count, struct gst_status *st)
{
    struct gst_empty_args args = { 0 };

    for (int i = 0; i < count; i++) {
        if (!lane->path->launch(lane, 1, 1, &args, st))
            return false;
    }
    return true;
}

static bool measure_latency(struct gst_run *run, struct gst_lane *lane, struct gst_status *st)
{
    const size_t count = run->samples;
    const struct gst_kernel_image *image = NULL;
    struct gst_bar bar = gst_bar_none();
    double samples[GST_SAMPLES_MAX];

    bar.lower_is_better = true;
    gst_run_phase(run, lane->gpu->index, "%s: launch empty kernels", lane->path->name);
    if (!gst_lane_load(lane, "empty", false, &image, st)
        || !launch_many(lane, LAUNCHES_PER_SAMPLE, st) || !lane->path->wait(lane, st))
        return false;
    for (size_t i = 0; i < count; i++) {
        double seconds = 0;

        if (!gst_lane_start(lane, st) || !launch_many(lane, LAUNCHES_PER_SAMPLE, st)
            || !gst_lane_stop(lane, &seconds, st))
            return false;
        samples[i] = seconds / LAUNCHES_PER_SAMPLE;
    }
    return gst_run_metric(run, &latency, lane->gpu->index, lane->path->name, samples, count, bar,
                          st);
}

/* The driver refuses PTX of a newer toolkit by rule; only PTX that it should take counts against
 * it. */
static bool is_expected_refusal(const struct gst_run *run, const struct gst_kernel_image *image,
                                const struct gst_status *st)
{
    return st->finding == GST_HOST_DRIVER_TOO_OLD_FOR_PTX
           && image->toolkit_version > run->env->driver_version;
}

/* The kernel says for which architecture it was compiled: PTX's own, not the GPU's. */
static bool is_jit_code(struct gst_run *run, const struct gst_lane *lane,
                        const struct gst_kernel_image *image, uint32_t arch)
{
    const int expected = gst_pack_best_ptx(image->ptx, lane->gpu->cc_major, lane->gpu->cc_minor);

    gst_report_fact_text(run->report, lane->gpu->index, "driver", "jit", "compiles compute_%d",
                         (int)arch / 10);
    return gst_run_check(run, GST_HARDWARE_WRONG_RESULT, lane->gpu->index,
                         (int)arch == expected * 10,
                         "PTX through the JIT says it is compute_%d, it was made for compute_%d",
                         (int)arch / 10, expected);
}

static bool add_by_jit(struct gst_run *run, struct gst_lane *lane,
                       const struct gst_kernel_image *image, struct gst_addition *addition,
                       struct gst_status *st)
{
    if (!gst_addition_alloc(addition, lane, st)
        || !gst_addition_run(addition, run, lane, addition->n, st))
        return false;
    if (gst_addition_check(addition, run, lane, addition->n))
        is_jit_code(run, lane, image, addition->arch);
    return true;
}

/* Adds two small vectors with a kernel that exists as PTX only. */
static bool prove_jit(struct gst_run *run, struct gst_lane *lane, struct gst_status *st)
{
    const struct gst_kernel_image *image = NULL;
    struct gst_addition addition;
    bool ok;

    gst_run_phase(run, lane->gpu->index, "compile PTX");
    if (!gst_lane_load(lane, "vector_add", true, &image, st)) {
        if (image == NULL || !is_expected_refusal(run, image, st))
            return false;
        gst_run_check(
            run, GST_HOST_JIT_LIMITED, lane->gpu->index, false,
            "PTX of CUDA %d.%d, driver of CUDA %d.%d", gst_cuda_major(image->toolkit_version),
            gst_cuda_minor(image->toolkit_version), gst_cuda_major(run->env->driver_version),
            gst_cuda_minor(run->env->driver_version));
        gst_status_clear(st);
        return true;
    }
    if (!gst_addition_init(&addition, JIT_ELEMENTS, run->seed, st))
        return false;
    ok = add_by_jit(run, lane, image, &addition, st);
    gst_addition_free(&addition, lane);
    gst_addition_release(&addition);
    return ok;
}

static void test_gpu(struct gst_run *run, struct gst_gpu *gpu, const struct gst_path *path,
                     bool (*test)(struct gst_run *, struct gst_lane *, struct gst_status *))
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_lane lane = { .path = NULL };

    gst_run_phase(run, gpu->index, "%s: open", path->name);
    if (!gst_lane_open(&lane, path, run->env, gpu, &st) || !test(run, &lane, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    gst_lane_close(&lane);
}

static bool run_launch(struct gst_run *run, struct gst_status *st)
{
    char text[24];
    (void)st; /* what fails on one GPU is reported for that GPU, and the others go on */
    for (int i = 0; i < run->env->gpu_count; i++) {
        struct gst_gpu *gpu = &run->env->gpus[i];

        test_gpu(run, gpu, &gst_driver_path, measure_latency);
        if (run->env->has_runtime)
            test_gpu(run, gpu, &gst_runtime_path, measure_latency);
        test_gpu(run, gpu, &gst_driver_path, prove_jit);
    }
    gst_run_summary(run, "%s, PTX compiled without the cache",
                    gst_run_gpus(run, text, sizeof(text)));
    return true;
}

const struct gst_workload gst_workload_launch = {
    .name = "launch",
    .group = "basic",
    .summary = "what does a kernel launch cost, and can the driver compile PTX?",
    .passes_when = "PTX compiled by the driver gives the right result",
    .needs = { .gpus = 1, .kernels = true },
    .env = environment,
    .metrics = metrics,
    .timeout_s = 120,
    .takes_samples = true,
    .is_quick = true,
    .run = run_launch,
};
