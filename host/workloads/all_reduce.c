/* SPDX-License-Identifier: Apache-2.0 */
/*
 * all-reduce: collectives through NCCL between all selected GPUs, as frameworks use them. In two
 * process models: one process for each GPU, and one for all. What fails between processes and works
 * inside one is the container's doing (shared memory, namespaces, system calls that are refused);
 * what fails in both is the GPUs' or their links'. NCCL never runs in this process: rank workers do
 * it, which can be ended whatever they hang in.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collective/comm.h"
#include "collective/crew_blame.h"
#include "collective/crew_end.h"
#include "run/run.h"
#include "workloads/all_reduce/attempt.h"
#include "workloads/all_reduce/seats.h"
#include "workloads/all_reduce/way.h"
#include "workloads/list.h"

/* Of what the supervisor allows, each process model gets this share, less what it may take to end
 * workers that hang. Where next to nothing would be left, what is healthy comes first: it needs
 * this much on a busy machine. */
#define SHARE_OF_TIMEOUT 0.45
#define ENDING_S         (GST_CREW_RAS_S + GST_CREW_STOP_GRACE_S)
#define HEALTHY_S        3.3

/* What is left of the time is for those that are killed and take long to end. */
#define SHARE_OF_KILLING 0.05
#define KILLING_S        5.0

/* How long ranks of several processes have to come: launchers start them some time apart. */
#define SHARE_OF_MEETING 0.2

/* Ranks elsewhere hear of each other through the first one, which waits longer (crew.c): who knows
 * more than that a rank is gone has then spoken before it gives up. */
#define HEARING_S 2.0

static double allowed_s(const struct gst_run *run)
{
    const double share = run->timeout_s * SHARE_OF_TIMEOUT;

    return fmax(share - ENDING_S, fmin(share, HEALTHY_S));
}

/* The workers make contexts of their own, and in exclusive mode a GPU has no place for two. */
static void leave_gpus(struct gst_run *run)
{
    for (int i = 0; i < run->env->gpu_count; i++)
        gst_gpu_leave(run->env, &run->env->gpus[i]);
}

static bool prepare(struct gst_run *run, struct gst_collective_attempt *attempt, bool is_per_gpu,
                    struct gst_outside *outside, struct gst_status *st)
{
    struct gst_crew *crew = &attempt->crew;

    gst_run_phase(run, GST_NO_GPU, "start the ranks, %s", attempt->model);
    if (!gst_crew_init(crew, st)
        || !gst_collective_seat(run, crew->board, is_per_gpu, outside, allowed_s(run), st))
        return false;
    leave_gpus(run);
    crew->progress = run->env->progress;
    crew->kill_grace_s =
        fmin(crew->kill_grace_s, fmax(KILLING_S, run->timeout_s * SHARE_OF_KILLING));
    attempt->is_run = true;
    return true;
}

static void judge(struct gst_run *run, struct gst_collective_attempt *attempt)
{
    gst_collective_judge(attempt->crew.board, &attempt->fault);
    gst_run_count_elements(run, gst_collective_checked(attempt->crew.board));
}

/* Nobody waits for them, and they hold their GPUs. */
static void tell_survivors(struct gst_run *run, const struct gst_collective_attempt *attempt)
{
    const struct gst_crew *crew = &attempt->crew;

    if (crew->slow_count > 0)
        gst_report_fact_text(run->report, GST_NO_GPU, "environment", "ranks_slow_to_end",
                             "%s: %zu that were killed were still at it after %g s", attempt->model,
                             crew->slow_count, crew->kill_grace_s);
    for (size_t i = 0; i < crew->survivor_count; i++) {
        const struct gst_crew_survivor *survivor = &crew->survivors[i];
        char name[64];

        gst_run_check(run, GST_HOST_STUCK_IN_DRIVER, gst_crew_gpu(crew, survivor->number), false,
                      "%s: process %d, %s, outlives SIGKILL%s%s", attempt->model,
                      (int)survivor->pid, gst_crew_name(crew, survivor->number, name, sizeof(name)),
                      survivor->where[0] != '\0' ? ": " : "", survivor->where);
    }
}

/* Lets the workers run; they write down which way they take. */
static bool run_crew(struct gst_run *run, struct gst_collective_attempt *attempt)
{
    bool ok;

    gst_collective_trace_start(&attempt->trace, run);
    attempt->crew.variables = attempt->trace.variables;
    ok = gst_crew_run(&attempt->crew, allowed_s(run), &attempt->st);
    gst_collective_trace_stop(&attempt->trace, run);
    tell_survivors(run, attempt);
    if (attempt->crew.had_to_end_workers)
        gst_report_fact_text(run->report, GST_NO_GPU, "environment", "ranks_slow_to_leave",
                             "%s: ended after all cases were done", attempt->model);
    if (attempt->crew.removed_files > 0)
        gst_report_fact_text(run->report, GST_NO_GPU, "environment", "ranks_files_removed",
                             "%s: %zu of NCCL's in '%s' that ended ranks left", attempt->model,
                             attempt->crew.removed_files, GST_REMNANTS_FOLDER);
    return ok;
}

/* What the workers came to is the attempt's; only what keeps it from being made is a failure. */
static bool try(struct gst_run *run, struct gst_collective_attempt *attempt, bool is_per_gpu,
                struct gst_status *st)
{
    if (!prepare(run, attempt, is_per_gpu, NULL, st))
        return false;
    run_crew(run, attempt);
    judge(run, attempt);
    return true;
}

/* One rank of several processes: the others are met before, and told how it ends. */
static bool try_among(struct gst_run *run, struct gst_collective_attempt *attempt,
                      struct gst_outside *outside, struct gst_status *st)
{
    const double meeting_s = run->timeout_s * SHARE_OF_MEETING;
    const struct gst_gpu *gpu = gst_collective_own_gpu(run, st);
    char plan[400];

    gst_run_phase(run, GST_NO_GPU, "meet the other ranks");
    if (gpu == NULL
        || !gst_outside_open(outside, run->launch, gpu->uuid,
                             gst_collective_terms(run, plan, sizeof(plan)), meeting_s, st)
        || !prepare(run, attempt, true, outside, st))
        return false;
    gst_outside_begin(outside, attempt->crew.board);
    attempt->crew.go_on = gst_outside_go_on;
    attempt->crew.go_on_data = outside;
    attempt->crew.knows_why = gst_collective_trace_knows_why;
    attempt->crew.knows_why_data = run;
    if (!outside->meet.is_hub)
        attempt->crew.hearing_s = HEARING_S;
    if (run_crew(run, attempt))
        gst_outside_collect(outside, meeting_s, &attempt->st);
    judge(run, attempt);
    return true;
}

static void note_library(struct gst_run *run, const struct gst_board *board)
{
    char text[24];

    if (board->nccl_version == 0)
        return;
    gst_report_fact_text(run->report, GST_NO_GPU, "loader", "libnccl", "%s", board->nccl_path);
    gst_report_fact_text(run->report, GST_NO_GPU, "runtime", "nccl_version", "%s",
                         gst_nccl_version_text(board->nccl_version, text, sizeof(text)));
}

static void summarise(struct gst_run *run, const struct gst_board *board, bool has_both)
{
    char gpus[24];

    if (board->world == 1)
        gst_run_summary(run, "1 GPU: NCCL's kernels by themselves, every element; nothing crossed "
                             "a link");
    else
        gst_run_summary(run, "%s, %zu cases%s, every element of every rank",
                        gst_run_gpus(run, gpus, sizeof(gpus)), board->case_count,
                        has_both ? " in both process models" : "");
}

/* What is missing is no fault where nobody asked for it. */
static bool is_skip(struct gst_run *run, const struct gst_collective_attempt *attempt)
{
    if (attempt->st.finding != GST_IMAGE_NCCL_MISSING || run->wants_libraries)
        return false;
    gst_run_skip(run, "no NCCL here: %.120s", attempt->st.cause);
    return true;
}

static bool test(struct gst_run *run, struct gst_collective_attempt *per_gpu,
                 struct gst_collective_attempt *one, struct gst_collective_way *way,
                 struct gst_status *st)
{
    const enum gst_process_model wanted = run->collectives->processes;
    const bool is_alone = run->env->gpu_count == 1;

    if (wanted != GST_PROCESSES_ONE && !try(run, per_gpu, true, st))
        return false;
    /* With one GPU both are the same; and without the library so is what both have to say. */
    if (wanted != GST_PROCESSES_PER_GPU && !(is_alone && per_gpu->is_run)
        && per_gpu->st.finding != GST_IMAGE_NCCL_MISSING
        && per_gpu->st.finding != GST_IMAGE_NCCL_TOO_OLD && !try(run, one, false, st))
        return false;
    gst_collective_trace_blame(&per_gpu->trace, way, per_gpu->crew.board, &per_gpu->st);
    gst_collective_trace_blame(&one->trace, way, one->crew.board, &one->st);
    if (is_skip(run, per_gpu) || is_skip(run, one))
        return true;
    note_library(run, per_gpu->is_run ? per_gpu->crew.board : one->crew.board);
    summarise(run, per_gpu->is_run ? per_gpu->crew.board : one->crew.board,
              per_gpu->is_run && one->is_run);
    gst_collective_way_tell(way);
    return gst_collective_attempts_report(run, per_gpu, one, way, st);
}

/* The numbers of all ranks stand in one report, rank 0's. Its connections each rank tells itself:
 * what NCCL writes of them, it alone has. */
static bool test_among(struct gst_run *run, struct gst_collective_attempt *attempt,
                       struct gst_outside *outside, struct gst_collective_way *way,
                       struct gst_status *st)
{
    const struct gst_launch *launch = run->launch;
    const struct gst_collective_attempt none = { .is_run = false };
    char others[60] = "";

    if (!try_among(run, attempt, outside, st))
        return false;
    gst_collective_trace_blame(&attempt->trace, way, attempt->crew.board, &attempt->st);
    note_library(run, attempt->crew.board);
    if (launch->rank != 0)
        snprintf(others, sizeof(others), "; numbers stand in the report of rank 0");
    gst_run_summary(run, "rank %d of %d, each a process of its own, %zu cases, every element%s",
                    launch->rank, launch->size, attempt->crew.board->case_count,
                    launch->rank == 0 ? " of every rank" : others);
    gst_collective_way_among(way, outside->cards);
    gst_collective_way_tell(way);
    if (launch->rank != 0 && gst_collective_attempt_is_right(attempt)) {
        gst_collective_trace_tell(&attempt->trace, way, attempt->crew.board, attempt->model);
        return true;
    }
    return gst_collective_attempts_report(run, attempt, &none, way, st);
}

/* Who named no workload did not mean them, or forgot to; and one rank alone is no rank of several.
 */
static void note_variables(struct gst_run *run)
{
    const char *name = gst_launch_is_set(gst_launch_getenv, NULL);

    if (run->launch != NULL || name == NULL)
        return;
    if (gst_launch_is_alone(gst_launch_getenv, NULL))
        gst_run_check(run, GST_USER_LAUNCH_IGNORED, GST_NO_GPU, false,
                      "%s is set, for one rank alone, and '--rendezvous' is not: the ranks are "
                      "those of this machine",
                      name);
    else
        gst_run_check(
            run, GST_USER_LAUNCH_IGNORED, GST_NO_GPU, false,
            "%s is set, and all-reduce was not named: its ranks are those of this machine", name);
}

/* A report that says both what the user set and what held here. */
static void note_blocking(struct gst_run *run)
{
    const char *value = getenv("CUDA_LAUNCH_BLOCKING");

    if (value != NULL && strcmp(value, "0") != 0)
        gst_report_fact_text(run->report, GST_NO_GPU, "environment", "ranks_launch_blocking",
                             "0, not %s as set: one process of all ranks would wait for good",
                             value);
}

static bool run_all_reduce(struct gst_run *run, struct gst_status *st)
{
    struct gst_collective_attempt per_gpu = { .model =
                                                  gst_process_model_names[GST_PROCESSES_PER_GPU],
                                              .st = GST_STATUS_INIT };
    struct gst_collective_attempt one = { .model = gst_process_model_names[GST_PROCESSES_ONE],
                                          .st = GST_STATUS_INIT };
    struct gst_outside outside = { .launch = NULL };
    struct gst_collective_way way = { 0 };
    bool ok;

    note_variables(run);
    note_blocking(run);
    gst_collective_way_read(&way, run);
    ok = run->launch == NULL ? test(run, &per_gpu, &one, &way, st)
                             : test_among(run, &per_gpu, &outside, &way, st);
    gst_outside_close(&outside, st->finding != GST_NO_FINDING ? st : &per_gpu.st);
    gst_collective_trace_release(&one.trace);
    gst_collective_trace_release(&per_gpu.trace);
    gst_crew_release(&one.crew);
    gst_crew_release(&per_gpu.crew);
    return ok;
}

/* Empty on purpose: a row with variables of its own gets a child of its own. What other rows opened
 * by way of the CUDA runtime (cuBLAS) keeps its contexts until its process ends, and leave_gpus()
 * cannot give those back. */
static const char *const no_variables[] = { NULL };

const struct gst_workload gst_workload_all_reduce = {
    .name = "all-reduce",
    .group = "collectives",
    .summary = "do collectives between the GPUs give the right result, and how fast?",
    .passes_when =
        "every element is right on every rank, in both process models, and no rank hangs",
    .needs = { .gpus = 1, .kernels = true },
    .env = no_variables,
    .metrics = gst_collective_metrics,
    .timeout_s = 600,
    .size_buffers = 2,
    .takes_samples = true,
    .takes_collectives = true,
    .is_quick = true,
    .run = run_all_reduce,
};
