/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One group of numbers, each of a pair of GPUs, as a matrix: who is in it, what all share, which
 * pair does worst. Pure.
 */
#ifndef GST_CORE_PAIR_MATRIX_H
#define GST_CORE_PAIR_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/report.h"

struct gst_pair_matrix {
    const struct gst_metric *const *rows; /* as measured; the caller's */
    size_t count;
    const struct gst_metric *cells[GST_REPORT_GPUS][GST_REPORT_GPUS]; /* from, to; NULL: none */
    int gpus[GST_REPORT_GPUS]; /* that are in it, ascending */
    int gpu_count;
    bool has_no_direction; /* each two GPUs have one number, for one of both orders */
    double one; /* all numbers are shown in `unit`, which is so much of the metric's own */
    const char *unit;
    int decimals;
    int width; /* of the longest number */
};

/* Of a group that gst_metric_group_is_matrix() takes, with at least one number. */
void gst_pair_matrix_fill(struct gst_pair_matrix *matrix, const struct gst_metric *const *rows,
                          size_t count);

/* One number without its unit; "-" for a GPU and itself, "N/A" where there is none, nothing
 * where the other order has it. Returns `text`. */
const char *gst_pair_matrix_cell(const struct gst_pair_matrix *matrix, int from, int to,
                                 char text[24]);

/* Do all pairs have the same floor, or ceiling, for the same reason? */
bool gst_pair_matrix_shares_floor(const struct gst_pair_matrix *matrix);
bool gst_pair_matrix_shares_ceiling(const struct gst_pair_matrix *matrix);

/* Among wrong ones, if there are any: the pair that reaches least of what it could, or has the
 * least number (the greatest latency) where it is not known what it could. */
const struct gst_metric *gst_pair_matrix_worst(const struct gst_pair_matrix *matrix);

/* Not-a-number if there is no number. */
double gst_pair_matrix_median(const struct gst_pair_matrix *matrix);

size_t gst_pair_matrix_count(const struct gst_pair_matrix *matrix, enum gst_verdict verdict);

/* Pairs of two of these GPUs that have no number. */
size_t gst_pair_matrix_missing(const struct gst_pair_matrix *matrix);

#endif
