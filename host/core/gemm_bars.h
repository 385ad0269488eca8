/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bars of matrix products. The ceiling is physics: multiprocessors x highest clock x lanes. There
 * is no class of products with one efficiency: healthy GPUs reach 51 to 98 % of the peak in FP32,
 * as the power that a board may draw for its units decides. So the floor is what other machines
 * with this model reached, less a margin; for a model of which nobody has reported twice, what
 * boards of the same generation reached that had no more power for their units. A GPU that has
 * neither is not judged: one report is no range; nor is one that is held to less power than its
 * model comes with, or that has other multiprocessors.
 */
#ifndef GST_CORE_GEMM_BARS_H
#define GST_CORE_GEMM_BARS_H

#include "core/gemm_peaks.h"
#include "core/judge.h"

/* A floor is this share of the worst report. In FP32 machines with one healthy model of GPU differ
 * by nearly that: nine RTX 4090 reach 46.5 to 56.0 TFLOPS, a spread of 0.83. Reports of the others
 * are the best of squares of several sides (zzc0721/torch-performance-test-data: torch.matmul of
 * 1024 to 10240), with a result of 16 bits in FP16 and BF16; ours are the median at one side, with
 * a result of single precision, on a GPU that is warm. Reports at 10240 alone lie up to 12 % below
 * their best, and that is on top of how machines differ. */
#define GST_GEMM_MARGIN        0.75
#define GST_GEMM_TENSOR_MARGIN 0.65

/* The one of these that is of this type. */
double gst_gemm_margin(enum gst_gemm_type type);

/* Reports of one model, or of one generation, that are needed for a floor. */
#define GST_GEMM_REPORTS_LEAST 2

/* Operations per second of a large product. No ceiling where the GPU's highest clock or its lanes
 * are not known, or where the clock attribute alone would bound it: boards exceed it. */
struct gst_bar gst_gemm_bar(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu);

/* What `count` public reports say. */
struct gst_gemm_range {
    double lowest_tflops, highest_tflops;
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
