/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What environment variables change in the products of cuBLAS, whoever asks for them. Source:
 * cuBLAS documentation, NVIDIA_TF32_OVERRIDE and floating-point emulation. Pure.
 */
#ifndef GST_GPU_BLAS_CHANGES_H
#define GST_GPU_BLAS_CHANGES_H

#include <stdbool.h>

#include "core/gemm_peaks.h"

struct gst_blas_changes {
    bool is_changed;   /* one of them is set that counts: a strategy does with emulation alone */
    bool without_tf32; /* NVIDIA_TF32_OVERRIDE=0: nothing uses TF32, whoever asks */
    bool is_forced;    /* another value of it */
    /* Other units multiply what is asked for in this precision, and nothing else. */
    bool emulates_single, emulates_double;
    char variables[96]; /* "NVIDIA_TF32_OVERRIDE=1": those that are set */
};

/* What the variables of these names and values make; `values` as getenv gives them. */
#define GST_BLAS_VARIABLES 4
extern const char *const gst_blas_variables[GST_BLAS_VARIABLES];
struct gst_blas_changes gst_blas_changes_of(const char *const values[GST_BLAS_VARIABLES]);

/* Do other units than its own make a product of this type? The pedantic mode refuses that, and TF32
 * and half precision are asked for as such. */
bool gst_blas_is_emulated(const struct gst_blas_changes *changes, enum gst_gemm_type type,
                          bool is_pedantic);

#endif
