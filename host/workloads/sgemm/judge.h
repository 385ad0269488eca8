/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate of a kind of product on one GPU: against its bar, as a share of the peak, and with what
 * explains it.
 */
#ifndef GST_WORKLOADS_SGEMM_JUDGE_H
#define GST_WORKLOADS_SGEMM_JUDGE_H

#include "workloads/sgemm/seat.h"

/* Reports run->samples rates of squares of `side`. */
bool gst_sgemm_judge(struct gst_run *run, const struct gst_sgemm_kind *kind,
                     const struct gst_sgemm_seat *seat, int side, const double *samples,
                     struct gst_status *st);

#endif
