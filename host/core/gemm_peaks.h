/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a GPU's arithmetic units can do at most in a matrix product, by the types of its operands:
 * results of fused multiply-adds that a multiprocessor makes in a clock. That is a property of the
 * compute capability only among the boards of one kind: GeForce boards accumulate in FP32 at half
 * the rate of their professional siblings, and some boards are cut by name.
 */
#ifndef GST_CORE_GEMM_PEAKS_H
#define GST_CORE_GEMM_PEAKS_H

#include <stdbool.h>
#include <stddef.h>

/* symbol, name in metrics, what is multiplied and how it is added up */
#define GST_GEMM_TYPES(X)                                                                          \
    X(GST_GEMM_FP32, "fp32", "FP32")                                                               \
    X(GST_GEMM_TF32, "tf32", "FP32 rounded to TF32")                                               \
    X(GST_GEMM_FP64, "fp64", "FP64")                                                               \
    X(GST_GEMM_FP16, "fp16", "FP16 summed in FP32")                                                \
    X(GST_GEMM_BF16, "bf16", "BF16 summed in FP32")

#define GST_GEMM_TYPE_ENUM(symbol, name, text) symbol,
enum gst_gemm_type { GST_GEMM_TYPES(GST_GEMM_TYPE_ENUM) GST_GEMM_TYPE_COUNT };
#undef GST_GEMM_TYPE_ENUM

/* "fp16" and "FP16 summed in FP32". */
const char *gst_gemm_type_name(enum gst_gemm_type type);
const char *gst_gemm_type_text(enum gst_gemm_type type);

/* False for TF32 and BF16 below compute capability 8.0, which has no units for them: a library
 * then refuses the product or makes it of others. And for FP16 below 5.0, where cuBLAS has no such
 * product (its documentation, cublasGemmEx: CUBLAS_STATUS_ARCH_MISMATCH). */
bool gst_gemm_type_exists(enum gst_gemm_type type, int cc_major, int cc_minor);

/* A GPU as it describes itself. 0 is "not told" for the last two. */
struct gst_gemm_gpu {
    const char *name; /* cuDeviceGetName */
    int cc_major, cc_minor;
    unsigned sms;
    double clock_hz;      /* cudaDevAttrClockRate: a default, which many boards exceed */
    double clock_max_hz;  /* nvmlDeviceGetMaxClockInfo of the multiprocessors */
    double power_limit_w; /* the board's own: a board whose limit was lowered is no other one */
};

/* Which of the boards of one compute capability it is. */
enum gst_gemm_board {
    GST_GEMM_PROFESSIONAL,
    GST_GEMM_GEFORCE,
    GST_GEMM_CUT, /* cut below its chip's rates, or a board whose rates nobody has confirmed */
};

enum gst_gemm_board gst_gemm_board_of(const char *name);

/* Fused multiply-adds per multiprocessor and clock, by tensor cores where the GPU has them for the
 * type; 0 where no source is known. */
unsigned gst_gemm_lanes(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu);

/* Operations per second, two for each fused multiply-add, at a clock; 0 if something is unknown. */
double gst_gemm_peak(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu, double clock_hz);

/* The same at the clock that CUDA tells: what published shares of the peak refer to. */
double gst_gemm_attribute_peak(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu);

/* One row of the table behind these, for its lint. */
struct gst_gemm_lanes_row {
    int cc_major, cc_minor;
    enum gst_gemm_board board;
    unsigned lanes[GST_GEMM_TYPE_COUNT];
    const char *source;
};

/* The rows; *count is how many. */
const struct gst_gemm_lanes_row *gst_gemm_lanes_rows(size_t *count);

#endif
