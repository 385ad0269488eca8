/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a kind of product is on every GPU: large squares of random numbers, by GPU events, after
 * enough of them that clocks and power are steady, and checked afterwards by Freivalds' vectors.
 */
#ifndef GST_WORKLOADS_SGEMM_SPEED_H
#define GST_WORKLOADS_SGEMM_SPEED_H

#include "core/judge.h"
#include "workloads/sgemm/seat.h"

/* Measures squares of up to `side`, less where a product would take too long. *measured_side is
 * what they were; 0 if no GPU takes part. False with `st` for what no GPU is to blame for. */
bool gst_product_measure(struct gst_run *run, const struct gst_product_kind *kind, int side,
                         struct gst_product_seat *seats, int count, int *measured_side,
                         struct gst_status *st);

/* Bytes of three matrices of double precision: what was asked for, or else as many as are wanted
 * and as the host, which holds the same three, can spare; no more than a GPU can spare, in any
 * case. 0 for what is left: not known. Pure. */
uint64_t gst_product_bytes(uint64_t asked, uint64_t host_left, uint64_t gpu_left);

/* Do other units than its own make this kind? The pedantic mode refuses that, and TF32 and half
 * precision are asked for as such. Pure. */
bool gst_product_is_emulated(const struct gst_product_kind *kind,
                             const struct gst_blas_changes *changes);

/* How many products to begin with, and how many for each sample, if one takes `seconds`. Pure. */
int gst_product_warm_ups(double seconds);
int gst_product_repeats(double seconds);

/* Of one product, by the best of `count` intervals of as many `products` each: the others held
 * something beside them. At least one. Pure. */
double gst_product_trial_s(const double *intervals, int count, int products);

/* Are there so many tiles of the result that no multiprocessor waits long for the last? What is
 * smaller has no floor. Pure. */
bool gst_product_fills(int side, int sms);

#endif
