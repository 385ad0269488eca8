/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a kind of product is on every GPU: large squares of random numbers, by GPU events, after
 * enough of them that clocks and power are steady, and checked afterwards by Freivalds' vectors.
 */
#ifndef GST_WORKLOADS_SGEMM_SPEED_H
#define GST_WORKLOADS_SGEMM_SPEED_H

#include "workloads/sgemm/seat.h"

/* Measures squares of up to `side`, on each model of GPU less where a product would take too long.
 * *largest_side is the most that they were; 0 if no GPU takes part. `data` is overwritten. False
 * with `st` for what no GPU is to blame for. */
bool gst_sgemm_measure(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                       struct gst_sgemm_data *data, struct gst_sgemm_seat *seats, int count,
                       int *largest_side, struct gst_status *st);

#endif
