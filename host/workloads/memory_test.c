/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory-test: is everything that is written to a GPU's memory still there? Patterns over nearly
 * all that is free, written and compared by kernels, and the counters of the error correction
 * before and after. What could not be covered is said, with the limit.
 */
#include <stdio.h>

#include "core/units.h"
#include "gpu/ecc.h"
#include "gpu/error.h"
#include "run/run.h"
#include "workloads/list.h"
#include "workloads/memory_test/pass.h"

#define TRIAL_BYTES ((uint64_t)256 << 20)
/* Of the time-out; the rest is for contexts, allocations, and a GPU that gets slower than at first.
 */
#define BUDGET_SHARE 0.5

/* All patterns once, or with fresh random numbers each time; one sample for each. */
#define ROUNDS_QUICK 1
#define ROUNDS_FULL  3

static const struct gst_metric_def bandwidth = {
    .name = "memory-test.bandwidth",
    .title = "patterns written and compared, bytes written and read",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def *const metrics[] = { &bandwidth, NULL };

/* As much as is free, or was asked for. */
static bool allocate_all(struct gst_memory_under_test *t, struct gst_status *st)
{
    const uint64_t asked = t->run->size_bytes / 16 * 16;
    size_t available = 0;
    size_t total = 0;
    uint64_t wanted;

    gst_run_phase(t->run, t->lane.gpu->index, "allocate");
    if (!GST_CU(t->lane.env, st, cuMemGetInfo, (&available, &total)))
        return false;
    wanted = gst_memory_usable_bytes(available, total);
    t->limit = "all that is free but a margin";
    if (asked > 0 && asked < wanted) {
        wanted = asked;
        t->limit = "as --size asks";
    } else if (asked > wanted) {
        t->limit = "--size asks for more than is free";
    }
    return gst_memory_alloc(t, wanted, st);
}

static int rounds(const struct gst_run *run)
{
    return run->is_full ? ROUNDS_FULL : ROUNDS_QUICK;
}

/* How much of it the time allows, by the GPU's own clock: a trial of the first step, which also
 * tells whether the comparison sees anything. */
static bool try_first(struct gst_memory_under_test *t, uint64_t *limit, struct gst_status *st)
{
    const uint64_t first = t->pieces[0].bytes;
    const uint64_t trial = first < TRIAL_BYTES ? first : TRIAL_BYTES;
    const double budget_s = t->run->timeout_s * BUDGET_SHARE / t->run->env->gpu_count;
    double seconds = 0;

    if (!gst_memory_pass(t, &gst_memory_steps[0], trial, &seconds, st))
        return false;
    if (!t->is_wrong && !gst_memory_plant(t, &gst_memory_steps[0], trial, st))
        return false;
    *limit = gst_memory_affordable_bytes(t->bytes, trial, seconds,
                                         (unsigned)(GST_MEMORY_STEPS * rounds(t->run)), budget_s);
    if (*limit < t->bytes)
        t->limit = "what the time allows";
    return true;
}

static bool measure(struct gst_memory_under_test *t, uint64_t limit, struct gst_status *st)
{
    const struct gst_gpu *gpu = t->lane.gpu;
    struct gst_bar bar = gst_bar_none();
    const size_t count = (size_t)(GST_MEMORY_STEPS * rounds(t->run));
    double samples[GST_MEMORY_STEPS * ROUNDS_FULL];

    for (size_t i = 0; i < count; i++) {
        double seconds = 0;

        t->seed = t->run->seed + i / GST_MEMORY_STEPS;
        if (!gst_memory_pass(t, &gst_memory_steps[i % GST_MEMORY_STEPS], limit, &seconds, st))
            return false;
        /* Proven; a rate of wrong results is worth nothing. */
        if (t->is_wrong)
            return true;
        samples[i] = 2.0 * (double)limit / seconds;
    }
    if (gst_gpu_outgrows_cache(gpu, (double)limit)) {
        bar.ceiling = gst_gpu_memory_peak_bytes_per_s(gpu);
        snprintf(bar.ceiling_from, sizeof(bar.ceiling_from), "memory clock x bus width");
    }
    return gst_run_metric(t->run, &bandwidth, gpu->index, t->lane.path->name, samples, count, bar,
                          st);
}

static bool test_memory(struct gst_memory_under_test *t, struct gst_status *st)
{
    const struct gst_gpu *gpu = t->lane.gpu;
    const struct gst_kernel_image *image = NULL;
    uint64_t limit = 0;
    char tested[24];
    char total[24];

    gst_run_phase(t->run, gpu->index, "load the kernel");
    if (!gst_lane_load(&t->lane, "memory_test", false, &image, st) || !allocate_all(t, st)
        || !try_first(t, &limit, st))
        return false;
    if (t->is_wrong)
        return true;
    if (!measure(t, limit, st))
        return false;
    if (t->is_wrong)
        return true;
    t->tested = limit;
    gst_format(tested, sizeof(tested), (double)limit, GST_UNIT_BYTES);
    gst_format(total, sizeof(total), (double)gpu->memory_total_bytes, GST_UNIT_BYTES);
    gst_report_fact_text(t->run->report, gpu->index, t->lane.path->name, "memory_tested",
                         "%s of %s: %s", tested, total, t->limit);
    gst_run_check(t->run, GST_HARDWARE_MEMORY_CORRUPTED, gpu->index, true,
                  "%s of %s in %zu allocation%s (%s), %d patterns: every word is right", tested,
                  total, t->piece_count, gst_plural((int64_t)t->piece_count), t->limit,
                  GST_MEMORY_STEPS);
    return true;
}

static void judge_rise(struct gst_run *run, const struct gst_gpu *gpu, enum gst_finding_id finding,
                       const char *kind, const unsigned long long before[GST_ECC_SPANS],
                       const unsigned long long after[GST_ECC_SPANS])
{
    const unsigned long long rise = gst_ecc_rise(before, after);

    gst_run_check(run, finding, gpu->index, rise == 0,
                  "%llu %s error%s during the test (volatile %llu, then %llu; aggregate %llu, then "
                  "%llu)",
                  rise, kind, gst_plural((int64_t)rise), before[GST_ECC_VOLATILE],
                  after[GST_ECC_VOLATILE], before[GST_ECC_AGGREGATE], after[GST_ECC_AGGREGATE]);
}

static void judge_ecc(struct gst_run *run, const struct gst_gpu *gpu, const struct gst_ecc *before)
{
    struct gst_ecc after;

    gst_run_phase(run, gpu->index, "read ECC counters");
    if (!gst_ecc_read(run->env, gpu, &after))
        return;
    judge_rise(run, gpu, GST_HARDWARE_ECC, "uncorrectable", before->uncorrected, after.uncorrected);
    judge_rise(run, gpu, GST_HARDWARE_ECC_CORRECTED, "corrected", before->corrected,
               after.corrected);
    gst_ecc_note_repairs(run->report, gpu->index, "nvml", &after);
}

/* The least that was covered of any GPU. */
struct coverage {
    double share; /* of the GPU's memory */
    uint64_t tested_bytes;
    uint64_t total_bytes;
    const char *limit;
};

static void note_coverage(struct coverage *least, const struct gst_memory_under_test *t,
                          const struct gst_gpu *gpu)
{
    const double share = (double)t->tested / (double)gpu->memory_total_bytes;

    if (least->limit == NULL || share < least->share)
        *least = (struct coverage){ share, t->tested, gpu->memory_total_bytes, t->limit };
}

static void test_gpu(struct gst_run *run, struct gst_gpu *gpu, struct coverage *least)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_memory_under_test t = { .run = run, .seed = run->seed, .limit = "" };
    struct gst_ecc before;
    bool is_counted;

    gst_run_phase(run, gpu->index, "read ECC counters");
    is_counted = gst_ecc_read(run->env, gpu, &before);
    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&t.lane, &gst_driver_path, run->env, gpu, &st) || !test_memory(&t, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    if (t.lane.path != NULL)
        gst_memory_free(&t);
    gst_lane_close(&t.lane);
    note_coverage(least, &t, gpu);
    if (is_counted)
        judge_ecc(run, gpu, &before);
}

static bool run_memory_test(struct gst_run *run, struct gst_status *st)
{
    struct coverage least = { .limit = NULL };
    char gpus[24];
    char tested[24];
    char total[24];
    (void)st; /* what fails on one GPU is reported for that GPU, and the others go on */

    for (int i = 0; i < run->env->gpu_count; i++)
        test_gpu(run, &run->env->gpus[i], &least);
    gst_format(tested, sizeof(tested), (double)least.tested_bytes, GST_UNIT_BYTES);
    gst_format(total, sizeof(total), (double)least.total_bytes, GST_UNIT_BYTES);
    gst_run_summary(run, "%s, %s of %s%s (%s), %d patterns", gst_run_gpus(run, gpus, sizeof(gpus)),
                    tested, total, run->env->gpu_count > 1 ? " each" : "", least.limit,
                    GST_MEMORY_STEPS);
    return true;
}

const struct gst_workload gst_workload_memory_test = {
    .name = "memory-test",
    .group = "memory",
    .summary = "does the memory keep what is written to it, nearly all of it?",
    .passes_when = "every word of 16 patterns is read back, and no uncorrectable error is counted",
    .needs = { .gpus = 1, .kernels = true },
    .metrics = metrics,
    .timeout_s = 300,
    .size_buffers = 1,
    .run = run_memory_test,
};
