/* SPDX-License-Identifier: Apache-2.0 */
/* Events around products; see sample.h. */
#include "workloads/sgemm/sample.h"

#include "workloads/sgemm/plan.h"

/* A single product may have to wait for the host: the best of some intervals of several that are
 * queued. */
#define TRIALS 3

static bool time_many(struct gst_sgemm_seat *seat, const struct gst_sgemm_data *data, int times,
                      double *seconds, struct gst_status *st)
{
    return gst_lane_start(&seat->lane, st) && gst_sgemm_multiply(seat, data, times, st)
           && gst_lane_stop(&seat->lane, seconds, st);
}

/* The first product loads the library's code; an idle GPU's clocks rise during the next. */
bool gst_sgemm_try(struct gst_sgemm_seat *seat, const struct gst_sgemm_data *data, double enough_s,
                   double *seconds, struct gst_status *st)
{
    double intervals[TRIALS], one = 0;
    int products;

    if (!gst_sgemm_multiply(seat, data, 1, st) || !time_many(seat, data, 1, &one, st))
        return false;
    if (one > 0 && one <= enough_s) {
        *seconds = one;
        return true;
    }
    if (!gst_sgemm_multiply(seat, data, gst_sgemm_trial_warm_ups(one), st))
        return false;
    products = gst_sgemm_trial_products(one);
    for (int i = 0; i < TRIALS; i++) {
        if (!time_many(seat, data, products, &intervals[i], st))
            return false;
    }
    *seconds = gst_sgemm_trial_s(intervals, TRIALS, products);
    return true;
}

bool gst_sgemm_sample(struct gst_run *run, struct gst_sgemm_seat *seat,
                      const struct gst_sgemm_data *data, double *samples, struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;
    double seconds = 0;
    int repeats;

    if (!gst_sgemm_multiply(seat, data, 1, st) || !time_many(seat, data, 1, &seconds, st)
        || !gst_sgemm_multiply(seat, data, gst_sgemm_warm_ups(seconds), st))
        return false;
    repeats = gst_sgemm_repeats(seconds);
    for (size_t i = 0; i < run->samples; i++) {
        /* The end is marked before the reading, which takes longer than small products do. */
        if (!gst_lane_start(lane, st) || !gst_sgemm_multiply(seat, data, repeats, st)
            || !lane->path->mark(lane, lane->stop, st))
            return false;
        if (i == run->samples / 2)
            gst_condition_sample(&seat->condition, run->env, lane->gpu);
        if (!gst_lane_stopped(lane, &seconds, st))
            return false;
        samples[i] = repeats * gst_gemm_operations(&data->product.shape) / seconds;
    }
    return true;
}
