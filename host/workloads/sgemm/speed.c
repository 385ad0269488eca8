/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of products; see speed.h. */
#include "workloads/sgemm/speed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/class_bars.h"
#include "core/gemm_bars.h"
#include "gpu/gemm/bound.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/freivalds.h"
#include "gpu/gemm/random.h"
#include "gpu/gemm/self.h"
#include "workloads/sgemm/check.h"

/* Power and clocks settle within some hundred milliseconds of full load; more products than that
 * many are not queued at once. */
#define WARM_UP_S      0.3
#define WARM_UPS_LEAST 3
#define WARM_UPS_MOST  128

/* Events come in steps of half a microsecond (CUDA driver API, cuEventElapsedTime). */
#define SAMPLE_S     0.01
#define REPEATS_MOST 16

/* A product that takes longer than this is made smaller, so that eight slow GPUs end in time, but
 * not below the side that fills small GPUs. */
#define PRODUCT_S_MOST 0.1
#define SIDE_LEAST     1024

/* That is told by a small one. An idle GPU's clocks rise during the first, and a single one may
 * have to wait for the host: the best of some intervals of several that are queued. */
#define TRIALS         3
#define TRIAL_PRODUCTS 8

/* Most kernels of cuBLAS make tiles of 128 x 128. With four full rounds of them at most a fifth of
 * the time is lost to a last round that is not full. */
#define TILE         128
#define ROUNDS_LEAST 4

/* Three squares of a side of 8192: 1.1 TFLOP, some millisecond of the fastest GPUs. */
#define DEFAULT_BYTES ((uint64_t)3 * 8192 * 8192 * sizeof(double))

/* Of what the host has left: its supervisor ends a child that takes most of it. Of what a GPU has
 * left: somebody else may want some. */
#define HOST_SHARE 4
#define GPU_SHARE  2

static uint64_t at_most(uint64_t bytes, uint64_t left, uint64_t share)
{
    return left == 0 || left / share >= bytes ? bytes : left / share;
}

uint64_t gst_product_bytes(uint64_t asked, uint64_t host_left, uint64_t gpu_left)
{
    const uint64_t bytes = asked != 0 ? asked : at_most(DEFAULT_BYTES, host_left, HOST_SHARE);

    return at_most(bytes, gpu_left, GPU_SHARE);
}

static int clamp(double value, int least, int most)
{
    return value < least ? least : value > most ? most : (int)value;
}

int gst_product_warm_ups(double seconds)
{
    return clamp(ceil(WARM_UP_S / seconds), WARM_UPS_LEAST, WARM_UPS_MOST);
}

int gst_product_repeats(double seconds)
{
    return clamp(ceil(SAMPLE_S / seconds), 1, REPEATS_MOST);
}

double gst_product_trial_s(const double *intervals, int count, int products)
{
    double best = intervals[0];

    for (int i = 1; i < count; i++)
        best = fmin(best, intervals[i]);
    return best / products;
}

bool gst_product_fills(int side, int sms)
{
    const double tiles = (double)side / TILE * ((double)side / TILE);

    return tiles >= (double)ROUNDS_LEAST * sms;
}

static bool multiply_many(struct gst_product_seat *seat, const struct gst_product_data *data,
                          int times, struct gst_status *st)
{
    for (int i = 0; i < times; i++) {
        if (!gst_product_multiply(seat, data, st))
            return false;
    }
    return true;
}

/* Of one product, after one that loads the library's code. */
static bool time_one(struct gst_product_seat *seat, const struct gst_product_data *data,
                     double *seconds, struct gst_status *st)
{
    return gst_product_multiply(seat, data, st) && gst_lane_start(&seat->lane, st)
           && gst_product_multiply(seat, data, st) && gst_lane_stop(&seat->lane, seconds, st);
}

static bool try_product(struct gst_product_seat *seat, const struct gst_product_data *data,
                        double *seconds, struct gst_status *st)
{
    double intervals[TRIALS];

    if (!gst_product_multiply(seat, data, st))
        return false;
    for (int i = 0; i < TRIALS; i++) {
        if (!gst_lane_start(&seat->lane, st) || !multiply_many(seat, data, TRIAL_PRODUCTS, st)
            || !gst_lane_stop(&seat->lane, &intervals[i], st))
            return false;
    }
    *seconds = gst_product_trial_s(intervals, TRIALS, TRIAL_PRODUCTS);
    return true;
}

/* The GPU's condition is read once, in the middle, while the products of a sample are under way. */
static bool sample(struct gst_run *run, const struct gst_product_kind *kind,
                   struct gst_product_seat *seat, const struct gst_product_data *data,
                   double *samples, struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;
    double seconds = 0;
    int repeats;

    gst_run_phase(run, lane->gpu->index, "%s: measure", kind->name);
    if (!time_one(seat, data, &seconds, st)
        || !multiply_many(seat, data, gst_product_warm_ups(seconds), st))
        return false;
    repeats = gst_product_repeats(seconds);
    for (size_t i = 0; i < run->samples; i++) {
        if (!gst_lane_start(lane, st) || !multiply_many(seat, data, repeats, st))
            return false;
        if (i == run->samples / 2)
            gst_condition_sample(&seat->condition, run->env, lane->gpu);
        if (!gst_lane_stop(lane, &seconds, st))
            return false;
        samples[i] = repeats * gst_gemm_operations(&data->product.shape) / seconds;
    }
    return true;
}

/* What publications compare: the share of what units and the clock attribute allow. Boards exceed
 * that clock, so that it is no bound. */
static void note_share(struct gst_run *run, const struct gst_product_kind *kind,
                       const struct gst_product_seat *seat)
{
    const struct gst_gemm_gpu self = gst_gemm_self(seat->lane.gpu, &seat->condition);
    const double peak = gst_gemm_attribute_peak(kind->type, &self);
    char key[48];

    if (peak <= 0)
        return;
    snprintf(key, sizeof(key), "%s_share_of_attribute_peak", kind->name);
    /* Names of facts have no hyphen. */
    for (char *at = key; *at != '\0'; at++)
        *at = *at == '-' ? '_' : *at;
    gst_report_fact_number(run->report, seat->lane.gpu->index, "cublas", key, GST_UNIT_FRACTION,
                           run->report->metrics[run->report->metric_count - 1].value / peak);
}

bool gst_product_is_emulated(const struct gst_product_kind *kind,
                             const struct gst_blas_changes *changes)
{
    return (changes->emulates_single && kind->type == GST_GEMM_FP32 && kind->is_default)
           || (changes->emulates_double && kind->type == GST_GEMM_FP64);
}

/* No bar where the bound does not hold: an instance shares the GPU's power and clock, and an
 * emulated product is made by other units. The pedantic mode promises numbers, not speed (cuBLAS
 * documentation, cublasMath_t), and reports are of large products: no floor for either. */
static struct gst_bar bar_of(const struct gst_product_kind *kind,
                             const struct gst_product_seat *seat, int side)
{
    const struct gst_gpu *gpu = seat->lane.gpu;
    const struct gst_gemm_gpu self = gst_gemm_self(seat->lane.gpu, &seat->condition);
    const bool is_pedantic = kind->type == GST_GEMM_FP32 && !kind->is_default;
    const struct gst_bar bar = gst_gemm_bar(kind->type, &self);

    if (gpu->is_mig || gst_product_is_emulated(kind, &seat->handle.blas->changes))
        return gst_bar_none();
    return is_pedantic || !gst_product_fills(side, gpu->sm_count) ? gst_bar_without_floor(bar)
                                                                  : bar;
}

/* The check is itself under test: one element of a right product is moved by twice what the sum
 * that it is in may be off. */
static bool plant(struct gst_run *run, struct gst_product_seat *seat, struct gst_product_data *data,
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

static bool measure_on(struct gst_run *run, const struct gst_product_kind *kind,
                       struct gst_product_seat *seat, struct gst_product_data *data,
                       const struct gst_freivalds *freivalds, bool is_first, struct gst_status *st)
{
    const int gpu = seat->lane.gpu->index;
    double samples[GST_SAMPLES_MAX];
    struct gst_gemm_far far;

    gst_run_phase(run, gpu, "%s: send", kind->name);
    if (!gst_product_send(seat, data, st) || !sample(run, kind, seat, data, samples, st))
        return false;
    gst_run_phase(run, gpu, "%s: check", kind->name);
    if (!gst_product_fetch(seat, data, st) || !gst_freivalds_check(freivalds, data->c, &far, st))
        return false;
    gst_product_report_far(run, kind, seat, &far);
    if (is_first && !seat->is_out && !plant(run, seat, data, freivalds, st))
        return false;
    /* A rate of wrong results is worth nothing. */
    if (seat->is_out)
        return true;
    if (!gst_run_metric(run, kind->rate, gpu, "", samples, run->samples,
                        bar_of(kind, seat, data->product.shape.m), st))
        return false;
    note_share(run, kind, seat);
    gst_run_explain_by(run, &seat->condition);
    return true;
}

static bool takes_part(const struct gst_product_seat *seat)
{
    return !seat->is_out && !seat->is_out_of_kind;
}

/* By a trial of a small one on the first GPU that takes part: all get the same. */
static bool choose_side(struct gst_run *run, const struct gst_product_kind *kind, int side,
                        struct gst_product_seat *seats, int count, int *chosen,
                        struct gst_status *st)
{
    const struct gst_gemm_shape trial = gst_gemm_square(SIDE_LEAST);
    struct gst_product_data data;

    *chosen = 0;
    if (side > SIDE_LEAST && !gst_product_data_init(&data, kind, &trial, st))
        return false;
    for (int i = 0; i < count && *chosen == 0; i++) {
        struct gst_status why = GST_STATUS_INIT;
        double seconds = 0;

        if (!takes_part(&seats[i]))
            continue;
        if (side <= SIDE_LEAST) {
            *chosen = side;
            return true;
        }
        memset(data.a, 0, data.a_bytes);
        memset(data.b, 0, data.b_bytes);
        gst_run_phase(run, seats[i].lane.gpu->index, "%s: try", kind->name);
        if (gst_product_send(&seats[i], &data, &why)
            && try_product(&seats[i], &data, &seconds, &why))
            *chosen = gst_gemm_side_in_time(side, gst_gemm_operations(&trial) / seconds,
                                            PRODUCT_S_MOST, SIDE_LEAST);
        else
            gst_product_seat_fail(&seats[i], run, &why);
    }
    if (side > SIDE_LEAST)
        gst_product_data_release(&data);
    return true;
}

bool gst_product_measure(struct gst_run *run, const struct gst_product_kind *kind, int side,
                         struct gst_product_seat *seats, int count, int *measured_side,
                         struct gst_status *st)
{
    struct gst_product_data data;
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
    if (!gst_product_data_init(&data, kind, &square, st))
        return false;
    gst_gemm_random_fill(kind->type, data.a, gst_gemm_a_elements(&square), run->seed + 1);
    gst_gemm_random_fill(kind->type, data.b, gst_gemm_b_elements(&square), run->seed + 2);
    ok = gst_freivalds_init(&freivalds, kind->type, &square, data.a, data.b, run->seed + 3, st);
    for (int i = 0; i < count && ok; i++) {
        struct gst_status why = GST_STATUS_INIT;

        if (!takes_part(&seats[i]))
            continue;
        if (!measure_on(run, kind, &seats[i], &data, &freivalds, is_first, &why))
            gst_product_seat_fail(&seats[i], run, &why);
        is_first = false;
    }
    if (ok)
        gst_freivalds_release(&freivalds);
    gst_product_data_release(&data);
    return ok;
}
