/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burn: does each GPU keep its speed, and its products their bits, when all of them work for as
 * long as was asked? Every product is compared with the GPU's own first one, which the host has
 * checked, and that with those of identical GPUs; NaN is a difference like any other.
 */
#include <stdio.h>
#include <stdlib.h>

#include "run/interrupt.h"
#include "workloads/burn_report.h"
#include "workloads/burn_rounds.h"
#include "workloads/list.h"

static const struct gst_metric_def *const metrics[] = { &gst_burn_fp32, NULL };

struct bench {
    struct gst_run *run;
    struct gst_blas blas;
    struct gst_burn_inputs inputs;
    struct gst_burn_seat seats[GST_ENV_GPUS];
    struct gst_burn_seat *order[GST_ENV_GPUS];
    int count;
};

/* One GPU that fails does not end the work of the others. */
static void give_up(struct gst_burn_seat *seat, const struct gst_gpu *gpu, struct gst_status *st)
{
    seat->is_working = false;
    st->gpu = gpu->index;
    if (st->finding != GST_NO_FINDING)
        gst_report_status(seat->run->report, st);
}

static void open_seats(struct bench *t)
{
    t->count = t->run->env->gpu_count;
    for (int i = 0; i < t->count; i++) {
        struct gst_status st = GST_STATUS_INIT;
        struct gst_gpu *gpu = &t->run->env->gpus[i];

        t->order[i] = &t->seats[i];
        if (!gst_burn_seat_open(&t->seats[i], t->run, gpu, &t->blas, &t->inputs, &st))
            give_up(&t->seats[i], gpu, &st);
    }
}

static void begin(struct bench *t)
{
    for (int i = 0; i < t->count; i++) {
        struct gst_status st = GST_STATUS_INIT;
        struct gst_burn_seat *seat = &t->seats[i];

        if (seat->is_working && !gst_burn_begin(seat, &st))
            give_up(seat, seat->lane.gpu, &st);
    }
    /* One round of each in turn, lest the first have ended all before the last has begun. */
    for (int round = 0; round < GST_BURN_SLOTS; round++) {
        for (int i = 0; i < t->count; i++) {
            struct gst_status st = GST_STATUS_INIT;
            struct gst_burn_seat *seat = &t->seats[i];

            if (seat->is_working && !gst_burn_queue(seat, &st))
                give_up(seat, seat->lane.gpu, &st);
        }
    }
}

static void tell_progress(const struct bench *t, const struct gst_burn_seat *seat)
{
    gst_run_phase(t->run, seat->lane.gpu->index, "%.3g of %.3g s", seat->elapsed_s,
                  t->run->minutes * 60);
}

/* Until all have worked as long as was asked, by their own clocks, or somebody ends it: then what
 * is queued is left behind, since nobody waits for it. */
static void work(struct bench *t)
{
    const double wanted_s = t->run->minutes * 60;
    int next = 0;

    begin(t);
    while (!gst_interrupt_came()
           && (next = gst_burn_next((const struct gst_burn_seat *const *)t->order, t->count))
                  >= 0) {
        struct gst_burn_seat *seat = t->order[next];
        struct gst_status st = GST_STATUS_INIT;

        tell_progress(t, seat);
        if (!gst_burn_finish(seat, &st)
            || (seat->elapsed_s < wanted_s && !gst_burn_queue(seat, &st)))
            give_up(seat, seat->lane.gpu, &st);
    }
}

static void report(struct bench *t)
{
    double longest_s = 0;
    int side = 0;
    char gpus[24], time[24];

    for (int i = 0; i < t->count; i++) {
        struct gst_burn_seat *seat = &t->seats[i];

        if (seat->finished > 0)
            gst_burn_report(seat);
        side = seat->product.shape.m > side ? seat->product.shape.m : side;
        longest_s = seat->elapsed_s > longest_s ? seat->elapsed_s : longest_s;
    }
    gst_run_summary(t->run, "%s at once for %s, products of %d x %d",
                    gst_run_gpus(t->run, gpus, sizeof(gpus)),
                    gst_format(time, sizeof(time), longest_s, GST_UNIT_SECONDS), side, side);
}

static void burn(struct bench *t)
{
    if (t->blas.changes.is_changed)
        gst_run_check(t->run, GST_USER_CUBLAS_CHANGED, GST_NO_GPU, false, "%s",
                      t->blas.changes.variables);
    open_seats(t);
    gst_burn_inputs_release(&t->inputs);
    gst_burn_report_differences(t->seats, t->count);
    gst_interrupt_hold();
    work(t);
    report(t);
    gst_interrupt_release();
    for (int i = t->count; i-- > 0;)
        gst_burn_seat_close(&t->seats[i]);
}

static bool run_burn(struct gst_run *run, struct gst_status *st)
{
    struct bench *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for %zu bytes", sizeof(*t));
    t->run = run;
    gst_run_phase(run, GST_NO_GPU, "open cuBLAS");
    if (!gst_blas_open(&t->blas, run->env, st)) {
        free(t);
        return false;
    }
    burn(t);
    gst_blas_close(&t->blas);
    free(t);
    return true;
}

const struct gst_workload gst_workload_burn = {
    .name = "burn",
    .group = "compute",
    .summary = "does each GPU stay fast, and its products the same, when all work for long?",
    .passes_when =
        "every product is the first one bit for bit, that is the same on identical GPUs, "
        "and no rate is below the range of its GPU model",
    .needs = { .gpus = 1, .kernels = true },
    .metrics = metrics,
    .timeout_s = 300,
    .size_buffers = GST_BURN_MATRICES,
    .takes_minutes = true,
    .run = run_burn,
};
