/* SPDX-License-Identifier: Apache-2.0 */
/* The child's side of a run, and the plan as steps; see job.h. */
#include "run/job.h"

#include <stdio.h>
#include <string.h>

#include "kernels/pack.h"
#include "run/demand.h"
#include "run/needs.h"
#include "run/run.h"

/* The first open initialises the driver and, without persistence mode, every GPU: seconds each. */
#define OPEN_TIMEOUT_S 120
/* Of each number. Others take 10 (Azure's health checks) or 18 (superbench); three times sixteen,
 * some time apart, show what comes and goes. */
#define SAMPLES_QUICK 16
#define SAMPLES_FULL  48

/* The kernel takes seconds to free the pinned memory and contexts of a process that was killed. */
#define GRACE_S 10

/* Told once, where it is known; each workload that needs kernels would say the same. */
static void check_kernels(const struct gst_job *job)
{
    bool needs_kernels = false;

    for (size_t i = 0; i < job->plan.count; i++)
        needs_kernels = needs_kernels || job->plan.rows[i]->needs.kernels;
    if (needs_kernels && gst_kernel_image_count == 0)
        gst_report_check(job->report, GST_IMAGE_NO_KERNELS, GST_NO_GPU, false,
                         "this build carries no kernel image");
}

static bool open_job(void *context, bool is_first, struct gst_status *st)
{
    struct gst_job *job = context;
    const char *devices[GST_OPTION_LIST_MAX];
    struct gst_env_request request = {
        .devices = job->settings->devices.count > 0 ? devices : NULL,
        .device_count = job->settings->devices.count,
        .root = &job->root,
        .is_first = is_first,
    };

    for (size_t i = 0; i < request.device_count; i++)
        devices[i] = job->devices[i];
    if (!gst_env_open(&job->env, &request, job->report, st))
        return false;
    if (!is_first)
        return true;
    if (!gst_demand_can_be_met(job->settings, &job->plan, &job->env, job->report->usage_error,
                               sizeof(job->report->usage_error))) {
        gst_env_close(&job->env);
        return false;
    }
    check_kernels(job);
    return true;
}

/* What the supervisor allows a workload. Minutes that somebody asked for are not held against it.
 */
static double timeout_s_of(const struct gst_job *job, const struct gst_workload *workload)
{
    const double most_s =
        job->settings->timeout_s > 0 ? job->settings->timeout_s : workload->timeout_s;

    return workload->takes_minutes ? most_s + job->settings->minutes * 60 : most_s;
}

/* On top, for each GPU. What somebody asked for is all there is. */
static double timeout_per_gpu_s_of(const struct gst_job *job, const struct gst_workload *workload)
{
    return job->settings->timeout_s > 0 ? 0 : workload->timeout_per_gpu_s;
}

static size_t samples_of(const struct gst_settings *settings)
{
    if (settings->samples != 0)
        return settings->samples;
    return settings->level == GST_LEVEL_FULL ? SAMPLES_FULL : SAMPLES_QUICK;
}

static bool run_step(void *context, size_t index, struct gst_status *st)
{
    struct gst_job *job = context;
    const struct gst_workload *workload = job->plan.rows[index];
    struct gst_item *item = &job->report->items[index];
    struct gst_offer offer = {
        .gpus = job->env.gpu_count,
        .kernels = gst_kernel_image_count > 0,
        .runtime = job->env.has_runtime,
        .nvml = job->env.has_nvml,
    };
    struct gst_run run = {
        .workload = workload,
        .env = &job->env,
        .report = job->report,
        .root = job->settings->root,
        .bars = &job->bars,
        .seed = job->seed,
        .size_bytes = job->settings->size_bytes,
        .samples = samples_of(job->settings),
        .minutes = job->settings->minutes,
        .pairs = &job->settings->pairs,
        .collectives = &job->settings->collectives,
        .launch = job->launch.launcher != NULL ? &job->launch : NULL,
        .is_full = job->settings->level == GST_LEVEL_FULL,
        .wants_libraries = gst_plan_is_named(job->settings, workload->name)
                           || gst_variant_has_libraries(job->settings->variant),
        .promises_compilers = gst_variant_has_compilers(job->settings->variant),
        .timeout_s =
            timeout_s_of(job, workload) + timeout_per_gpu_s_of(job, workload) * job->env.gpu_count,
    };

    item->has_numbers = workload->metrics != NULL;
    /* No environment: nothing was opened, or cannot be. */
    if (workload->is_early || job->env.report == NULL)
        return workload->run(&run, st);
    if (!gst_needs_met(&workload->needs, &offer, item->reason, sizeof(item->reason),
                       &item->blocked_by)) {
        item->verdict = GST_SKIP;
        return true;
    }
    gst_env_check_still_there(&job->env);
    return workload->run(&run, st);
}

static void close_job(void *context)
{
    struct gst_job *job = context;

    gst_env_close(&job->env);
}

const struct gst_child_ops gst_job_ops = { open_job, run_step, close_job };

static void settle(struct gst_job *job)
{
    for (size_t i = 0; i < job->plan.count; i++) {
        if (job->plan.rows[i]->settle != NULL)
            job->plan.rows[i]->settle(job->report, (int)i);
    }
}

bool gst_job_supervise(struct gst_job *job, struct gst_status *st)
{
    struct gst_step steps[GST_REPORT_ITEMS];
    struct gst_supervisor supervisor = {
        .report = job->report,
        .steps = steps,
        .step_count = job->plan.count,
        .ops = &gst_job_ops,
        .context = job,
        .isolate = job->settings->isolate,
        .open_timeout_s = job->settings->timeout_s > 0 ? job->settings->timeout_s : OPEN_TIMEOUT_S,
        .grace_s = GRACE_S,
    };
    bool is_done;

    for (size_t i = 0; i < job->plan.count; i++) {
        const struct gst_workload *workload = job->plan.rows[i];

        steps[i].env = workload->env;
        steps[i].is_early = workload->is_early;
        steps[i].goes_without_gpus = workload->goes_without_gpus;
        steps[i].timeout_s = timeout_s_of(job, workload);
        steps[i].timeout_per_gpu_s = timeout_per_gpu_s_of(job, workload);
    }
    job->report->shows_facts = job->plan.count == 1 && job->plan.rows[0]->shows_facts;
    is_done = gst_supervise(&supervisor, st);
    settle(job);
    return is_done;
}
