/* SPDX-License-Identifier: Apache-2.0 */
/* The flow of a run: plan, supervise, conclude, write. See main.h. */
#include "run/main.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/log.h"
#include "run/first_process.h"
#include "run/job.h"
#include "run/list.h"
#include "run/record.h"
#include "run/settings.h"
#include "run/simulate.h"
#include "run/streams.h"
#include "run/verbs.h"

#define METRICS_MAX 256

/* Any fixed number does where reports have to be the same each time. */
#define SIMULATION_SEED 1

static int usage(const char *error)
{
    gst_log("%s", error);
    return GST_EXIT_USAGE;
}

static bool choose_seed(struct gst_job *job, char *error, size_t size)
{
    struct gst_report *report = job->report;

    job->seed = SIMULATION_SEED;
    if (job->settings->has_seed) {
        job->seed = job->settings->seed;
    } else if (getenv("GPU_SELFTEST_SIM_PROFILE") == NULL
               && getrandom(&job->seed, sizeof(job->seed), 0) != (ssize_t)sizeof(job->seed)) {
        snprintf(error, size, "cannot get a random seed: %s; give one with --seed",
                 strerror(errno));
        return false;
    }
    snprintf(report->seed_text, sizeof(report->seed_text), "%llu", (unsigned long long)job->seed);
    return true;
}

static void begin_report(struct gst_job *job)
{
    gst_record_begin(job->report, job->settings);
    for (size_t i = 0; i < job->plan.count; i++)
        gst_report_item(job->report, job->plan.rows[i]->name);
}

static bool copy_devices(struct gst_job *job, char *error, size_t size)
{
    const struct gst_option_list *devices = &job->settings->devices;

    for (size_t i = 0; i < devices->count; i++) {
        if (devices->lengths[i] >= sizeof(job->devices[i])) {
            snprintf(error, size, "no GPU is called '%.40s...'", devices->items[i]);
            return false;
        }
        memcpy(job->devices[i], devices->items[i], devices->lengths[i]);
        job->devices[i][devices->lengths[i]] = '\0';
    }
    return true;
}

/* A launcher's variables stand in many environments: they mean something where a workload that
 * takes them was named, or an address was given. */
static bool read_launch(struct gst_job *job, char *error, size_t size)
{
    const struct gst_rendezvous *given = &job->settings->collectives.rendezvous;
    bool is_asked = false;

    for (size_t i = 0; i < job->plan.count; i++) {
        const struct gst_workload *row = job->plan.rows[i];

        is_asked = is_asked
                   || (row->takes_collectives
                       && (given->kind != GST_RENDEZVOUS_NONE
                           || gst_plan_is_named(job->settings, row->name)));
    }
    if (!is_asked)
        return true;
    if (!gst_launch_read(&job->launch, given, gst_launch_getenv, NULL, error, size))
        return false;
    if (job->launch.launcher != NULL && job->settings->collectives.processes == GST_PROCESSES_ONE) {
        snprintf(error, size,
                 "'--process-model one-process' does not go with %s: each process is one rank",
                 gst_launch_is_set(gst_launch_getenv, NULL));
        return false;
    }
    if (job->launch.size <= GST_ENV_GPUS)
        return true;
    snprintf(error, size, "%s started %d ranks, and one report has room for %d",
             job->launch.launcher, job->launch.size, GST_ENV_GPUS);
    return false;
}

/* From the very first: a request to stop ends the tests, not the telling. */
static void hold_requests_to_stop(sigset_t *before)
{
    sigset_t requests;

    sigemptyset(&requests);
    sigaddset(&requests, SIGTERM);
    sigaddset(&requests, SIGINT);
    sigaddset(&requests, SIGHUP);
    sigprocmask(SIG_BLOCK, &requests, before);
}

/* A pipe may never bring them: who stops the program then need not wait, as nothing has begun. */
static bool read_bars(struct gst_job *job, struct gst_workload_list list, const sigset_t *before,
                      char *error, size_t size)
{
    const struct gst_metric_def *metrics[METRICS_MAX];
    const size_t count = gst_plan_metrics(list, metrics, METRICS_MAX);
    sigset_t held;
    bool ok;

    if (job->settings->bars == NULL)
        return true;
    sigprocmask(SIG_SETMASK, before, &held);
    ok = gst_bars_read(&job->bars, job->settings->bars, metrics, count, error, size);
    sigprocmask(SIG_SETMASK, &held, NULL);
    return ok;
}

/* Everything that can be wrong with what was asked, before anything runs. */
static bool prepare(struct gst_job *job, struct gst_workload_list list, const sigset_t *before,
                    char *error, size_t size)
{
    return gst_plan_make(&job->plan, list, job->settings, error, size)
           && copy_devices(job, error, size) && read_launch(job, error, size)
           && read_bars(job, list, before, error, size);
}

static int finish(struct gst_job *job, FILE *out)
{
    if (job->report->usage_error[0] != '\0')
        return usage(job->report->usage_error);
    return gst_record_end(job->report, job->settings, out);
}

static int run_job(struct gst_job *job, FILE *out)
{
    struct gst_status st = GST_STATUS_INIT;
    char error[256];

    job->report = gst_report_map();
    if (job->report == NULL) {
        gst_log("no memory for the report: %s", strerror(errno));
        return gst_record_exit(GST_EXIT_COULD_NOT_TELL, job->settings);
    }
    begin_report(job);
    if (!choose_seed(job, error, sizeof(error)))
        return usage(error);
    if (!gst_root_open(&job->root, job->settings->root, &st) || !gst_job_supervise(job, &st))
        gst_report_status(job->report, &st);
    gst_root_close(&job->root);
    return finish(job, out);
}

static int run(const struct gst_settings *settings, struct gst_workload_list list,
               const sigset_t *before, FILE *out)
{
    struct gst_job *job = calloc(1, sizeof(*job));
    char error[1024];
    int code;

    if (job == NULL) {
        gst_log("out of memory");
        return GST_EXIT_COULD_NOT_TELL;
    }
    job->settings = settings;
    job->root.fd = -1;
    if (!prepare(job, list, before, error, sizeof(error))) {
        code = usage(error);
    } else {
        code = run_job(job, out);
        gst_report_unmap(job->report);
    }
    free(job);
    return code;
}

static int act(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    if (settings->wants_help) {
        gst_settings_help(out);
        return GST_EXIT_PASSED;
    }
    if (settings->wants_version) {
        gst_list_write_version(out);
        return GST_EXIT_PASSED;
    }
    return gst_verb(settings, list, out);
}

/* Does the program end with a report of tests? Whatever else it does a request to stop may end. */
static bool runs_tests(const struct gst_settings *settings)
{
    return settings->profile == NULL && !settings->wants_help && !settings->wants_version
           && !gst_verb_is_asked(settings);
}

int gst_main(int argc, char *argv[], struct gst_workload_list list)
{
    static struct gst_settings settings;
    char error[1024];
    sigset_t before;
    FILE *out;
    int code;

    hold_requests_to_stop(&before);
    gst_first_process_heed_signals();
    out = gst_streams_private_stdout();
    gst_streams_fill();
    signal(SIGPIPE, SIG_IGN);
    if (!gst_settings_parse(&settings, argc, argv, error, sizeof(error)))
        return usage(error);
    if (!runs_tests(&settings))
        sigprocmask(SIG_SETMASK, &before, NULL);
    code = act(&settings, list, out != NULL ? out : stderr);
    if (code >= 0) {
        if (out == NULL || (fflush(out) == 0 && !ferror(out)))
            return code;
        gst_log("cannot write to standard output: %s", strerror(errno));
        return GST_EXIT_COULD_NOT_TELL;
    }
    if (settings.profile != NULL) {
        /* What was closed goes on closed: the simulated run has to notice, too. */
        if (out == NULL)
            close(STDOUT_FILENO);
        gst_simulate(&settings, argc, argv, error, sizeof(error));
        return usage(error);
    }
    return run(&settings, list, &before, out);
}
