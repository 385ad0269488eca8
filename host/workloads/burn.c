/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burn: does each GPU keep its speed, and its products their bits, when all of them work for as
 * long as was asked? Every product is compared with the GPU's own first one, which the host has
 * checked, and that with those of identical GPUs; NaN is a difference like any other.
 */
#include <stdio.h>
#include <stdlib.h>

#include "run/interrupt.h"
#include "run/memory.h"
#include "workloads/burn/differences.h"
#include "workloads/burn/first.h"
#include "workloads/burn/report.h"
#include "workloads/burn/rounds.h"
#include "workloads/burn/wait.h"
#include "workloads/list.h"

static const struct gst_metric_def *const metrics[] = { &gst_burn_metrics[GST_GEMM_FP32],
                                                        &gst_burn_metrics[GST_GEMM_FP16], NULL };

struct bench {
    struct gst_run *run;
    struct gst_blas blas;
    struct gst_burn_inputs inputs;
    struct gst_burn_seat seats[GST_ENV_GPUS];
    bool is_out[GST_ENV_GPUS]; /* failed with one type: not tried with the next */
    int count;
    double wanted_s; /* of each type */
    double worked_s; /* the longest of all GPUs, all types together */
    int side;        /* the largest */
};

/* One GPU that fails does not end the work of the others. */
static void give_up(struct bench *t, int index, struct gst_status *st)
{
    t->seats[index].is_working = false;
    t->is_out[index] = true;
    st->gpu = t->run->env->gpus[index].index;
    if (st->finding != GST_NO_FINDING)
        gst_report_status(t->run->report, st);
}

static bool is_tried(const struct bench *t, int index, enum gst_gemm_type type)
{
    return !t->is_out[index] && gst_burn_tries(type, t->run->env->gpus[index].cc_major);
}

/* Of all GPUs. */
static int newest_cc_major(const struct bench *t)
{
    int newest = 0;

    for (int i = 0; i < t->count; i++)
        newest = t->run->env->gpus[i].cc_major > newest ? t->run->env->gpus[i].cc_major : newest;
    return newest;
}

/* What the host has left is asked once: the inputs of the first GPU take some of it, and then
 * identical GPUs would get products of unlike sizes. */
static void open_seats(struct bench *t, enum gst_gemm_type type)
{
    const uint64_t host_bytes = gst_memory_left(t->run->env->root);

    for (int i = 0; i < t->count; i++) {
        struct gst_status st = GST_STATUS_INIT;

        t->seats[i] = (struct gst_burn_seat){ .run = t->run };
        if (is_tried(t, i, type)
            && (!gst_burn_seat_open(&t->seats[i], t->run, &t->run->env->gpus[i], &t->blas, type,
                                    host_bytes, &st)
                || !gst_burn_first(&t->seats[i], &t->inputs, &st)))
            give_up(t, i, &st);
    }
}

static void begin(struct bench *t)
{
    for (int i = 0; i < t->count; i++) {
        struct gst_status st = GST_STATUS_INIT;
        struct gst_burn_seat *seat = &t->seats[i];

        seat->next_reading_s = gst_burn_first_reading_s(i, t->count, t->wanted_s);
        if (seat->is_working && !gst_burn_begin(seat, &st))
            give_up(t, i, &st);
    }
    /* One round of each in turn, lest the first have ended all before the last has begun. */
    for (int round = 0; round < GST_BURN_SLOTS; round++) {
        for (int i = 0; i < t->count; i++) {
            struct gst_status st = GST_STATUS_INIT;
            struct gst_burn_seat *seat = &t->seats[i];

            if (seat->is_working && !gst_burn_queue(seat, &st))
                give_up(t, i, &st);
        }
    }
}

/* Of the GPU that is not as far as the others. */
static void tell_progress(const struct bench *t)
{
    const struct gst_burn_seat *last = NULL;

    for (int i = 0; i < t->count; i++) {
        const struct gst_burn_seat *seat = &t->seats[i];

        if (seat->is_working && (last == NULL || seat->elapsed_s < last->elapsed_s))
            last = seat;
    }
    if (last != NULL)
        gst_run_phase(t->run, last->lane.gpu->index, "%.3g of %.3g s", last->elapsed_s,
                      t->wanted_s);
}

static bool has_queued(const struct gst_burn_seat *seat)
{
    return seat->is_working && seat->queued > seat->finished;
}

static bool has_any_queued(const struct bench *t)
{
    for (int i = 0; i < t->count; i++) {
        if (has_queued(&t->seats[i]))
            return true;
    }
    return false;
}

/* One look at one GPU. False if it has not come further. Of all GPUs of a sweep one alone is read:
 * meanwhile the others run on with what is queued, which is not much. */
static bool serve(struct bench *t, int index, bool *has_read)
{
    struct gst_burn_seat *seat = &t->seats[index];
    struct gst_status st = GST_STATUS_INIT;
    const enum gst_burn_answer told = gst_burn_ask(seat, &st);

    if (told == GST_BURN_NOT_YET)
        return false;
    if (told == GST_BURN_HAS_FAILED || !gst_burn_finish(seat, &st)
        || (seat->elapsed_s < t->wanted_s && !gst_burn_queue(seat, &st)))
        give_up(t, index, &st);
    else if (!*has_read)
        *has_read = gst_burn_read(seat);
    tell_progress(t);
    return true;
}

/* Until all have worked as long as was asked, by their own clocks, or somebody ends it: then what
 * is queued is left behind, since nobody waits for it. */
static void work(struct bench *t)
{
    long nap_ns = 0;

    begin(t);
    tell_progress(t);
    while (!gst_interrupt_came() && has_any_queued(t)) {
        bool has_served = false, has_read = false;

        for (int i = 0; i < t->count && !gst_interrupt_came(); i++)
            has_served = (has_queued(&t->seats[i]) && serve(t, i, &has_read)) || has_served;
        if (has_served)
            nap_ns = 0;
        else
            gst_burn_nap(&nap_ns);
    }
}

static void end_conditions(struct bench *t)
{
    for (int i = 0; i < t->count; i++) {
        struct gst_burn_seat *seat = &t->seats[i];

        if (seat->finished == 0 || seat->lane.gpu->is_hung)
            continue;
        gst_run_phase(t->run, seat->lane.gpu->index, "ask for its state");
        gst_condition_end(&seat->condition, t->run->env, seat->lane.gpu);
    }
}

static void report_numbers(struct bench *t)
{
    double longest_s = 0;

    for (int i = 0; i < t->count; i++) {
        struct gst_burn_seat *seat = &t->seats[i];

        if (seat->finished > 0)
            gst_burn_report(seat, &t->inputs);
        t->is_out[i] = t->is_out[i] || seat->wrong.rounds > 0;
        t->side = seat->product.shape.m > t->side ? seat->product.shape.m : t->side;
        longest_s = seat->elapsed_s > longest_s ? seat->elapsed_s : longest_s;
    }
    t->worked_s += longest_s;
}

/* Numbers are explained by all that is known. But whoever ends it waits no longer than a moment:
 * then the numbers of all come before NVML is asked about any. */
static void report(struct bench *t)
{
    const bool is_cut_short = gst_interrupt_came();

    if (!is_cut_short)
        end_conditions(t);
    report_numbers(t);
    if (is_cut_short)
        end_conditions(t);
    for (int i = 0; i < t->count; i++) {
        if (t->seats[i].finished > 0)
            gst_burn_report_condition(&t->seats[i]);
    }
}

static void burn(struct bench *t, enum gst_gemm_type type)
{
    open_seats(t, type);
    gst_burn_report_differences(t->seats, t->count, &t->inputs);
    gst_burn_inputs_release(&t->inputs);
    gst_interrupt_hold();
    work(t);
    report(t);
    gst_interrupt_release();
    gst_burn_inputs_release(&t->inputs);
    for (int i = t->count; i-- > 0 && gst_env_hung_gpu(t->run->env) == GST_NO_GPU;)
        gst_burn_seat_close(&t->seats[i]);
}

/* Opening another context, or pinning memory, can wait for all GPUs of a process. */
static void leave_out(struct bench *t, enum gst_gemm_type type, int hung)
{
    for (int i = 0; i < t->count; i++) {
        if (is_tried(t, i, type))
            gst_burn_report_not_tried(t->run, t->run->env->gpus[i].index, type, hung);
    }
}

static void burn_all(struct bench *t)
{
    char gpus[24], time[24];

    if (t->blas.changes.is_changed)
        gst_run_check(t->run, GST_USER_CUBLAS_CHANGED, GST_NO_GPU, false, "%s",
                      t->blas.changes.variables);
    for (size_t i = 0; i < GST_BURN_TYPES; i++) {
        const int hung = gst_env_hung_gpu(t->run->env);

        if (hung == GST_NO_GPU)
            burn(t, gst_burn_types[i]);
        else
            leave_out(t, gst_burn_types[i], hung);
    }
    gst_run_summary(t->run, "%s at once for %s, %s products up to %d x %d",
                    gst_run_gpus(t->run, gpus, sizeof(gpus)),
                    gst_format(time, sizeof(time), t->worked_s, GST_UNIT_SECONDS),
                    gst_burn_tries(GST_GEMM_FP16, newest_cc_major(t)) ? "FP32 and FP16" : "FP32",
                    t->side, t->side);
}

static bool run_burn(struct gst_run *run, struct gst_status *st)
{
    struct bench *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for %zu bytes", sizeof(*t));
    t->run = run;
    t->count = run->env->gpu_count;
    t->wanted_s = run->minutes * 60 / gst_burn_type_count(newest_cc_major(t));
    gst_run_phase(run, GST_NO_GPU, "open cuBLAS");
    if (!gst_blas_open(&t->blas, run->env, st)) {
        free(t);
        return false;
    }
    burn_all(t);
    if (gst_env_hung_gpu(run->env) == GST_NO_GPU)
        gst_blas_close(&t->blas);
    free(t);
    return true;
}

/* A launch that waits for its end leaves nothing queued ahead. And who has variables of its own has
 * a child of its own: where a GPU hangs, its contexts stay until the process ends, and calls of
 * whatever came next in it could wait for them. */
static const char *const environment[] = { "CUDA_LAUNCH_BLOCKING=0", NULL };

const struct gst_workload gst_workload_burn = {
    .name = "burn",
    .group = "compute",
    .summary = "does each GPU stay fast, and its products the same, when all work for long?",
    .passes_when =
        "every product is the first one bit for bit, that is the same on identical GPUs, "
        "and no rate is below the range of its GPU model",
    .needs = { .gpus = 1, .kernels = true },
    .env = environment,
    .metrics = metrics,
    .timeout_s = 300,
    .size_buffers = GST_BURN_MATRICES,
    .takes_minutes = true,
    .run = run_burn,
};
