/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of products; see speed.h. */
#include "workloads/sgemm/speed.h"

#include <string.h>

#include "gpu/gemm/bound.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/freivalds.h"
#include "gpu/gemm/random.h"
#include "gpu/share.h"
#include "workloads/sgemm/check.h"
#include "workloads/sgemm/judge.h"
#include "workloads/sgemm/plan.h"
#include "workloads/sgemm/sample.h"

/* A product that takes longer than this is made smaller, so that eight slow GPUs end in time, but
 * not below the side that fills small GPUs. That is told by a trial of a smaller one. */
#define PRODUCT_S_MOST 0.1

/* The check is itself under test: one element of a right product is moved by twice what the sum
 * that it is in may be off. */
static bool plant(struct gst_run *run, struct gst_sgemm_seat *seat, struct gst_sgemm_data *data,
                  const struct gst_freivalds *freivalds, struct gst_status *st)
{
    const enum gst_gemm_type type = data->product.type;
    const size_t index = gst_gemm_random_bits(run->seed, data->c_bytes)
                         % (data->c_bytes / gst_gemm_output_bytes(type));
    const double off = 2 * gst_gemm_sum_bound(type, data->product.shape.k, freivalds->columns);
    struct gst_gemm_far far;
    double number;

    gst_gemm_load_output(type, data->c, index, &number, 1);
    number += off;
    gst_gemm_store_output(type, data->c, index, &number, 1);
    if (!gst_freivalds_check(freivalds, data->c, &far, st))
        return false;
    if (far.wrong == 1)
        return true;
    gst_run_check(run, GST_SUITE_BLIND, seat->lane.gpu->index, false,
                  "an error of %.3g planted in a product of random numbers was not found", off);
    seat->is_out = true;
    return true;
}

static bool measure_on(struct gst_run *run, const struct gst_sgemm_kind *kind,
                       struct gst_sgemm_seat *seat, struct gst_sgemm_data *data,
                       const struct gst_freivalds *freivalds, bool is_first, struct gst_status *st)
{
    const int gpu = seat->lane.gpu->index;
    double samples[GST_SAMPLES_MAX];
    struct gst_gemm_far far;

    gst_run_phase(run, gpu, "%s: send", kind->name);
    if (!gst_sgemm_send(seat, data, st))
        return false;
    gst_run_phase(run, gpu, "%s: measure", kind->name);
    if (!gst_sgemm_sample(run, seat, data, samples, st))
        return false;
    gst_run_phase(run, gpu, "%s: check", kind->name);
    if (!gst_sgemm_fetch(seat, data, st) || !gst_freivalds_check(freivalds, data->c, &far, st))
        return false;
    gst_sgemm_report_far(run, kind, seat, &far);
    if (is_first && !seat->is_out && !plant(run, seat, data, freivalds, st))
        return false;
    /* A rate of wrong results is worth nothing. */
    return seat->is_out || gst_sgemm_judge(run, kind, seat, data->product.shape.m, samples, st);
}

/* GPUs of one model get products of one size, so that they can be held against each other; a slow
 * model does not decide for a fast one. */
struct turn {
    struct gst_run *run;
    const struct gst_sgemm_kind *kind;
    const struct gst_gpu *model;
    struct gst_sgemm_data *data;
    struct gst_sgemm_seat *seats;
    int count;
};

static bool is_model(const struct gst_gpu *gpu, const struct gst_gpu *model)
{
    return strcmp(gpu->name, model->name) == 0 && gpu->sm_count == model->sm_count;
}

/* The seat of this turn at `index` or after it; NULL if there is none. */
static struct gst_sgemm_seat *next_seat(const struct turn *turn, int *index)
{
    for (; *index < turn->count; (*index)++) {
        struct gst_sgemm_seat *seat = &turn->seats[*index];

        if (gst_sgemm_takes_part(seat) && is_model(seat->lane.gpu, turn->model))
            return seat;
    }
    return NULL;
}

/* By a trial of a small one, of zeros, on the first GPU that makes it; 0 if none does. */
static bool try_side(const struct turn *turn, int side, int *chosen, struct gst_status *st)
{
    const struct gst_gemm_shape trial = gst_gemm_square(gst_sgemm_side_tried(side));
    const double enough_s = gst_sgemm_trial_enough_s(trial.m, side, PRODUCT_S_MOST);
    struct gst_sgemm_data *data = turn->data;
    struct gst_sgemm_seat *seat;

    *chosen = 0;
    if (!gst_sgemm_data_begin(data, turn->kind, &trial, st))
        return false;
    gst_share_set(data->a, 0, data->a_bytes);
    gst_share_set(data->b, 0, data->b_bytes);
    for (int i = 0; *chosen == 0 && (seat = next_seat(turn, &i)) != NULL; i++) {
        struct gst_status why = GST_STATUS_INIT;
        double seconds = 0;

        gst_run_phase(turn->run, seat->lane.gpu->index, "%s: try", turn->kind->name);
        if (gst_sgemm_send(seat, data, &why) && gst_sgemm_try(seat, data, enough_s, &seconds, &why))
            *chosen = gst_gemm_side_in_time(side, gst_gemm_operations(&trial) / seconds,
                                            PRODUCT_S_MOST, GST_SGEMM_SIDE_LEAST);
        else
            gst_sgemm_seat_fail(seat, turn->run, &why);
    }
    return true;
}

static bool choose_side(const struct turn *turn, int side, int *chosen, struct gst_status *st)
{
    int first = 0;

    if (side > GST_SGEMM_SIDE_LEAST)
        return try_side(turn, side, chosen, st);
    *chosen = next_seat(turn, &first) != NULL ? side : 0;
    return true;
}

static void measure_all(const struct turn *turn, const struct gst_freivalds *freivalds)
{
    struct gst_sgemm_seat *seat;
    bool is_first = true;

    for (int i = 0; (seat = next_seat(turn, &i)) != NULL; i++) {
        struct gst_status why = GST_STATUS_INIT;

        if (!measure_on(turn->run, turn->kind, seat, turn->data, freivalds, is_first, &why))
            gst_sgemm_seat_fail(seat, turn->run, &why);
        is_first = false;
    }
}

static bool measure_squares(const struct turn *turn, int side, struct gst_status *st)
{
    const struct gst_gemm_shape square = gst_gemm_square(side);
    const uint64_t seed = turn->run->seed;
    struct gst_sgemm_data *data = turn->data;
    struct gst_freivalds freivalds;
    bool ok;

    gst_run_phase(turn->run, GST_NO_GPU, "%s: make the input", turn->kind->name);
    if (!gst_sgemm_data_begin(data, turn->kind, &square, st))
        return false;
    gst_gemm_random_fill(turn->kind->type, data->a, gst_gemm_a_elements(&square), seed + 1);
    gst_gemm_random_fill(turn->kind->type, data->b, gst_gemm_b_elements(&square), seed + 2);
    ok = gst_freivalds_init(&freivalds, turn->kind->type, &square, data->a, data->b, seed + 3, st);
    if (ok) {
        measure_all(turn, &freivalds);
        gst_freivalds_release(&freivalds);
    }
    return ok;
}

/* Does no GPU before it have its model? */
static bool is_first_of_model(const struct gst_env *env, int index)
{
    for (int i = 0; i < index; i++) {
        if (is_model(&env->gpus[i], &env->gpus[index]))
            return false;
    }
    return true;
}

bool gst_sgemm_measure(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                       struct gst_sgemm_data *data, struct gst_sgemm_seat *seats, int count,
                       int *largest_side, struct gst_status *st)
{
    struct turn turn = { .run = run, .kind = kind, .data = data, .seats = seats, .count = count };

    *largest_side = 0;
    for (int i = 0; i < run->env->gpu_count; i++) {
        int chosen = 0;

        if (!is_first_of_model(run->env, i))
            continue;
        turn.model = &run->env->gpus[i];
        if (!choose_side(&turn, side, &chosen, st))
            return false;
        if (chosen != 0 && !measure_squares(&turn, chosen, st))
            return false;
        *largest_side = chosen > *largest_side ? chosen : *largest_side;
    }
    return true;
}
