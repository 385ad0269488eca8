/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of product that sgemm checks and measures: the types, and single precision in two ways.
 */
#ifndef GST_WORKLOADS_SGEMM_KINDS_H
#define GST_WORKLOADS_SGEMM_KINDS_H

#include <stdbool.h>

#include "core/gemm_peaks.h"
#include "core/report.h"

/* Symbol, name in metrics and facts, type, by the pedantic mode?, what is multiplied. */
#define GST_SGEMM_KINDS(X)                                                                         \
    X(GST_SGEMM_FP32, "fp32", GST_GEMM_FP32, true, "FP32, pedantic")                               \
    X(GST_SGEMM_FP32_DEFAULT, "fp32-default", GST_GEMM_FP32, false, "FP32")                        \
    X(GST_SGEMM_TF32, "tf32", GST_GEMM_TF32, false, "FP32 rounded to TF32")                        \
    X(GST_SGEMM_FP64, "fp64", GST_GEMM_FP64, false, "FP64")                                        \
    X(GST_SGEMM_FP16, "fp16", GST_GEMM_FP16, false, "FP16 summed in FP32")                         \
    X(GST_SGEMM_BF16, "bf16", GST_GEMM_BF16, false, "BF16 summed in FP32")

#define GST_SGEMM_KIND_ENUM(symbol, name, type, is_pedantic, text) symbol,
enum gst_sgemm_kind_id { GST_SGEMM_KINDS(GST_SGEMM_KIND_ENUM) GST_SGEMM_KIND_COUNT };
#undef GST_SGEMM_KIND_ENUM

struct gst_sgemm_kind {
    const char *name; /* "fp32-default" */
    enum gst_gemm_type type;
    bool is_pedantic; /* single precision as it is, and not as the library likes it */
    const struct gst_metric_def *rate;
};

extern const struct gst_sgemm_kind gst_sgemm_kinds[GST_SGEMM_KIND_COUNT];

/* The rates of all kinds, and NULL. */
extern const struct gst_metric_def *const gst_sgemm_metrics[GST_SGEMM_KIND_COUNT + 1];

#endif
