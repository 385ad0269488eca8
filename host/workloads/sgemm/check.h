/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a kind of product right on every GPU? Whole numbers in every shape, each element compared;
 * random numbers in a small shape, against the whole product made on the host. A GPU that
 * multiplies wrong has one finding, by what is wrong, and is asked for nothing more.
 */
#ifndef GST_WORKLOADS_SGEMM_CHECK_H
#define GST_WORKLOADS_SGEMM_CHECK_H

#include "gpu/gemm/check.h"
#include "gpu/gemm/far.h"
#include "workloads/sgemm/seat.h"

/* The side of the shapes that are no squares, for squares of `side`. Pure. */
int gst_sgemm_shape_side(int side);

/* The side of the square of whole numbers: as large as what is measured, but not larger than its
 * sums are exact for, or than a quick level has time for. Pure. */
int gst_sgemm_square_side(int side, bool is_large);

/* Whole numbers: a square of `side`, the other shapes, and numbers in which TF32 shows for what
 * promises single precision. False with `st` for what no GPU is to blame for. */
bool gst_sgemm_check_exact(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                           struct gst_sgemm_data *data, struct gst_sgemm_seat *seats, int count,
                           struct gst_status *st);

/* Random numbers in a small shape. */
bool gst_sgemm_check_random(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                            struct gst_sgemm_data *data, struct gst_sgemm_seat *seats, int count,
                            struct gst_status *st);

/* Reports a random product that is too far off, if it is. */
void gst_sgemm_report_far(struct gst_run *run, const struct gst_sgemm_kind *kind,
                          struct gst_sgemm_seat *seat, const struct gst_gemm_far *far);

/* What a kind of wrong is told as. Pure. */
enum gst_finding_id gst_sgemm_finding(enum gst_gemm_wrong_kind kind,
                                      const struct gst_blas_changes *changes);

#endif
