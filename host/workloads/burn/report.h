/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What burn says of each GPU: how fast it was over time, in which state, and whether its products
 * stayed what they were.
 */
#ifndef GST_WORKLOADS_BURN_REPORT_H
#define GST_WORKLOADS_BURN_REPORT_H

#include "workloads/burn/inputs.h"
#include "workloads/burn/seat.h"

/* Of the types of product that are sustained; the rest is empty. */
extern const struct gst_metric_def gst_burn_metrics[GST_GEMM_TYPE_COUNT];

/* Numbers and correctness of one seat that has made at least one round, by what was noted: NVML is
 * asked nothing. Where a product was wrong the inputs are made again, to see whether the GPU still
 * has them. */
void gst_burn_report(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs);

/* A GPU that was not asked for products of that type, since another one, `hung`, hangs. */
void gst_burn_report_not_tried(struct gst_run *run, int gpu, enum gst_gemm_type type, int hung);

/* The state that such a seat was in, after the numbers of all: what explains a number is no fault
 * of its own. */
void gst_burn_report_condition(const struct gst_burn_seat *seat);

#endif
