/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of products on one GPU, by its events: a short trial, and samples of its rate after enough
 * products that clocks and power are steady. A and B have to be sent before.
 */
#ifndef GST_WORKLOADS_SGEMM_SAMPLE_H
#define GST_WORKLOADS_SGEMM_SAMPLE_H

#include "workloads/sgemm/seat.h"

/* Seconds of one product, of a GPU that may have been idle; or no less than that and no more than
 * `enough_s`. */
bool gst_sgemm_try(struct gst_sgemm_seat *seat, const struct gst_sgemm_data *data, double enough_s,
                   double *seconds, struct gst_status *st);

/* Operations per second, run->samples of them. The GPU's condition is read once, in the middle,
 * while the products of a sample are under way. */
bool gst_sgemm_sample(struct gst_run *run, struct gst_sgemm_seat *seat,
                      const struct gst_sgemm_data *data, double *samples, struct gst_status *st);

#endif
