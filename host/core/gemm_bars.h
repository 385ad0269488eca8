/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bars of matrix products. The ceiling is physics: multiprocessors x highest clock x lanes. There
 * is no class of products with one efficiency: healthy GPUs reach 51 to 98 % of the peak in FP32,
 * as the power that a board may draw for its units decides. So the floor is what other machines
 * with this model reached, less a margin; for a model of which nobody has reported twice, what
 * boards of the same generation reached that had no more power for their units. A GPU that has
 * neither is not judged: one report is no range.
 */
#ifndef GST_CORE_GEMM_BARS_H
#define GST_CORE_GEMM_BARS_H

#include "core/gemm_peaks.h"
#include "core/judge.h"

/* A floor is this share of the worst report. Machines with one healthy model of GPU differ by up
 * to that: nine RTX 4090 reach 46.5 to 56.0 TFLOPS of FP32, a spread of 0.83. */
#define GST_GEMM_MARGIN 0.8

/* Reports of one model, or of one generation, that are needed for a floor. */
#define GST_GEMM_REPORTS_LEAST 2

/* Operations per second of a large product. No ceiling where the GPU's highest clock or its lanes
 * are not known, or where the clock attribute alone would bound it: boards exceed it. */
struct gst_bar gst_gemm_bar(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu);

/* What `count` public reports say, in TFLOPS. */
struct gst_gemm_range {
    double lowest, highest;
    int count;
};

/* One row of the table behind the floors, for its lint. */
struct gst_gemm_observed {
    const char *name; /* as cuDeviceGetName writes it */
    int cc_major, cc_minor;
    unsigned sms, clock_mhz, power_w; /* what the board has when it comes; 0: not known */
    struct gst_gemm_range ranges[GST_GEMM_TYPE_COUNT];
};

/* The rows; *count is how many, *source where the reports are from. */
const struct gst_gemm_observed *gst_gemm_observed_rows(size_t *count, const char **source);

#endif
