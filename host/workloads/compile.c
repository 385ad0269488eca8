/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile: do the compilers of a devel image build a program that runs here? nvcc builds an
 * ordinary one, with the CUDA runtime inside it and beside it, and NVRTC its kernels; then all run
 * on each GPU. Without a GPU, or with a simulated one, the building alone is done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/compile/build.h"
#include "workloads/compile/built.h"
#include "workloads/compile/texts.h"
#include "workloads/list.h"

#define PROGRAM_MOST_S 60.0
#define PROGRAM_SHARE  10.0

static const struct gst_metric_def *const metrics[] = { &gst_compile_nvcc_time,
                                                        &gst_compile_nvrtc_time, NULL };

/* Why what is built is not run, or NULL. A stand-in for libcuda cannot run what a compiler made;
 * the tests of this workload, whose compilers are stand-ins as well, say that it can. */
static const char *why_not_run(const struct gst_run *run)
{
    if (run->env->gpu_count == 0)
        return "no GPU was opened";
    if (run->report->is_simulated && getenv("GPU_SELFTEST_SIM_RUNS_PROGRAMS") == NULL)
        return "the GPUs are simulated";
    return NULL;
}

static void tell(struct gst_run *run, int gpu, struct gst_status *st)
{
    st->gpu = gpu;
    gst_report_status(run->report, st);
}

/* What is run makes contexts of its own, and in exclusive mode a GPU has no place for two. */
static void leave_gpus(struct gst_run *run)
{
    for (int i = 0; i < run->env->gpu_count; i++)
        gst_gpu_leave(run->env, &run->env->gpus[i]);
}

/* Returns how many ran as they should. */
static int run_programs(const struct gst_compile_build *build, struct gst_gpu *gpu)
{
    struct gst_run *run = build->run;
    char ordinal[16], elements[16];
    int good = 0;

    snprintf(ordinal, sizeof(ordinal), "%d", gpu->ordinal);
    snprintf(elements, sizeof(elements), "%u", GST_COMPILE_ELEMENTS);
    for (int link = 0; link < GST_COMPILE_LINKS; link++) {
        const char *const argv[] = { build->programs[link], ordinal, elements, NULL };
        struct gst_status st = GST_STATUS_INIT;
        struct gst_built_words words;
        struct gst_tool_end end;

        if (build->programs[link][0] == '\0')
            continue;
        gst_run_phase(run, gpu->index, "run the program with the %s runtime",
                      gst_compile_link_name(link));
        (build->is_noexec ? gst_tool_run_copy : gst_tool_run)(
            &end, argv, run->report->progress.scratch,
            gst_compile_patience_s(run, PROGRAM_MOST_S, PROGRAM_SHARE));
        if (!gst_built_judge(&end, gpu->pci_id, &words, &st)) {
            tell(run, gpu->index, &st);
            continue;
        }
        gst_run_count_elements(run, words.elements);
        if (build->is_judged)
            gst_run_check(run, GST_IMAGE_BUILT_PROGRAM_FAILS, gpu->index, true,
                          "with the %s runtime %d.%d it computes %u elements right",
                          gst_compile_link_name(link), words.runtime_version / 1000,
                          words.runtime_version % 1000 / 10, words.elements);
        good++;
    }
    return good;
}

/* Compiles by NVRTC for each GPU, and runs that where it is wanted. */
static void try_nvrtc(struct gst_compile_build *build)
{
    struct gst_run *run = build->run;
    const int gpus = run->env->gpu_count;

    for (int i = 0; i < (gpus > 0 ? gpus : 1) && build->has_nvrtc; i++) {
        struct gst_gpu *gpu = gpus > 0 ? &run->env->gpus[i] : NULL;
        const int index = gpu != NULL ? gpu->index : GST_NO_GPU;
        struct gst_status st = GST_STATUS_INIT;
        struct gst_nvrtc_code code;

        if (!gst_compile_by_nvrtc(build, gpu != NULL ? gpu->cc_major * 10 + gpu->cc_minor : 0,
                                  &code, &st)) {
            tell(run, index, &st);
            continue;
        }
        if (build->is_judged)
            gst_run_check(run, GST_IMAGE_NVRTC_FAILED, index, true, "NVRTC %s compiled %zu bytes",
                          build->nvrtc.version, code.bytes);
        if (build->is_run && !run->report->is_simulated && gpu != NULL) {
            gst_run_phase(run, index, "run the kernels of NVRTC");
            if (!gst_nvrtc_run(run, gpu, &code, &st))
                tell(run, index, &st);
        }
        gst_nvrtc_release(&code);
    }
}

/* "nvcc 13.0 and NVRTC 13.0". */
static const char *compilers(const struct gst_compile_build *build, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s%s%s", build->has_nvcc ? "nvcc " : "", build->nvcc.version,
             build->has_nvcc && build->has_nvrtc ? " and " : "", build->has_nvrtc ? "NVRTC " : "",
             build->nvrtc.version);
    return text;
}

/* Half of the compilers that were to be tested is no PASS. */
static void sum_up(const struct gst_compile_build *build, const char *why)
{
    struct gst_run *run = build->run;
    char text[64], gpus[24];

    compilers(build, text, sizeof(text));
    gst_run_gpus(run, gpus, sizeof(gpus));
    if (why != NULL)
        gst_run_skip(run, "%s built it; not run: %s", text, why);
    else if (build->is_judged)
        gst_run_summary(run, "%s built what runs on %s, %u elements each", text, gpus,
                        GST_COMPILE_ELEMENTS);
    else
        gst_run_skip(run, "%s built what ran on %s; no %s is here, and nothing promised it", text,
                     gpus, build->has_nvcc ? "NVRTC" : "nvcc");
}

static bool run_compile(struct gst_run *run, struct gst_status *st)
{
    struct gst_compile_build build = { .run = run };
    const char *why = why_not_run(run);

    (void)st;
    build.is_run = why == NULL;
    if (!gst_compile_find(&build)) {
        gst_run_skip(run, "neither nvcc nor NVRTC is here, and nothing promised them");
        return true;
    }
    build.is_judged =
        build.is_run && (run->promises_compilers || (build.has_nvcc && build.has_nvrtc));
    gst_compile_by_nvcc(&build);
    if (build.is_run)
        leave_gpus(run);
    for (int i = 0; build.is_run && i < run->env->gpu_count; i++)
        run_programs(&build, &run->env->gpus[i]);
    try_nvrtc(&build);
    sum_up(&build, why);
    gst_compile_end(&build);
    return true;
}

const struct gst_workload gst_workload_compile = {
    .name = "compile",
    .group = "compile",
    .summary = "do nvcc and NVRTC build a program here that runs on each GPU?",
    .passes_when =
        "it is built with the CUDA runtime inside and beside it, and by NVRTC, and every "
        "element that each computes is right",
    .metrics = metrics,
    .timeout_s = 600,
    .timeout_per_gpu_s = 150,
    .is_quick = true,
    .is_for_compilers = true,
    .goes_without_gpus = true,
    .run = run_compile,
};
