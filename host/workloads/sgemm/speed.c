/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of products; see speed.h. */
#include "workloads/sgemm/speed.h"

#include <string.h>

#include "gpu/gemm/bound.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/freivalds.h"
#include "gpu/gemm/random.h"
#include "workloads/sgemm/check.h"
#include "workloads/sgemm/judge.h"
#include "workloads/sgemm/sample.h"

/* A product that takes longer than this is made smaller, so that eight slow GPUs end in time, but
 * not below the side that fills small GPUs. That is told by a trial of a small one. */
#define PRODUCT_S_MOST 0.1
#define SIDE_LEAST     1024

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

    gst_run_phase(run, gpu, "%s: measure", kind->name);
    if (!gst_sgemm_send(seat, data, st) || !gst_sgemm_sample(run, seat, data, samples, st))
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

/* By a trial of a small one on the first GPU that takes part: all get the same. */
static bool choose_side(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                        struct gst_sgemm_seat *seats, int count, int *chosen, struct gst_status *st)
{
    const struct gst_gemm_shape trial = gst_gemm_square(SIDE_LEAST);
    struct gst_sgemm_data data;

    *chosen = 0;
    if (side > SIDE_LEAST && !gst_sgemm_data_init(&data, kind, &trial, st))
        return false;
    for (int i = 0; i < count && *chosen == 0; i++) {
        struct gst_status why = GST_STATUS_INIT;
        double seconds = 0;

        if (!gst_sgemm_takes_part(&seats[i]))
            continue;
        if (side <= SIDE_LEAST) {
            *chosen = side;
            return true;
        }
        memset(data.a, 0, data.a_bytes);
        memset(data.b, 0, data.b_bytes);
        gst_run_phase(run, seats[i].lane.gpu->index, "%s: try", kind->name);
        if (gst_sgemm_send(&seats[i], &data, &why)
            && gst_sgemm_try(&seats[i], &data, &seconds, &why))
            *chosen = gst_gemm_side_in_time(side, gst_gemm_operations(&trial) / seconds,
                                            PRODUCT_S_MOST, SIDE_LEAST);
        else
            gst_sgemm_seat_fail(&seats[i], run, &why);
    }
    if (side > SIDE_LEAST)
        gst_sgemm_data_release(&data);
    return true;
}

bool gst_sgemm_measure(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                       struct gst_sgemm_seat *seats, int count, int *measured_side,
                       struct gst_status *st)
{
    struct gst_sgemm_data data;
    struct gst_freivalds freivalds;
    struct gst_gemm_shape square;
    bool is_first = true;
    bool ok;

    if (!choose_side(run, kind, side, seats, count, measured_side, st))
        return false;
    if (*measured_side == 0)
        return true;
    square = gst_gemm_square(*measured_side);
    gst_run_phase(run, GST_NO_GPU, "%s: make the input", kind->name);
    if (!gst_sgemm_data_init(&data, kind, &square, st))
        return false;
    gst_gemm_random_fill(kind->type, data.a, gst_gemm_a_elements(&square), run->seed + 1);
    gst_gemm_random_fill(kind->type, data.b, gst_gemm_b_elements(&square), run->seed + 2);
    ok = gst_freivalds_init(&freivalds, kind->type, &square, data.a, data.b, run->seed + 3, st);
    for (int i = 0; i < count && ok; i++) {
        struct gst_status why = GST_STATUS_INIT;

        if (!gst_sgemm_takes_part(&seats[i]))
            continue;
        if (!measure_on(run, kind, &seats[i], &data, &freivalds, is_first, &why))
            gst_sgemm_seat_fail(&seats[i], run, &why);
        is_first = false;
    }
    if (ok)
        gst_freivalds_release(&freivalds);
    gst_sgemm_data_release(&data);
    return ok;
}
