/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elements of the matrices of each kind of product: what A and B hold, what C holds, and how a
 * number becomes one. Numbers are never rounded here: whoever makes them makes them fit. Pure.
 */
#ifndef GST_GPU_GEMM_ELEMENT_H
#define GST_GPU_GEMM_ELEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/gemm_peaks.h"

/* Elements that one thread makes or compares in one go: some tenths of a millisecond. */
#define GST_GEMM_PART ((size_t)256 << 10)

/* Of A and B, and of C: C is single precision, or double for double. */
size_t gst_gemm_input_bytes(enum gst_gemm_type type);
size_t gst_gemm_output_bytes(enum gst_gemm_type type);

/* Significant bits that a product takes of an element of A or B: 24 of single precision, 11 of
 * TF32. */
int gst_gemm_significant_bits(enum gst_gemm_type type);

/* Half precision and bfloat16 of a number that they hold exactly and that is zero, normal or no
 * number there; other bits are cut off. */
uint16_t gst_half_bits(float value);
uint16_t gst_bfloat16_bits(float value);
float gst_half_value(uint16_t bits);
float gst_bfloat16_value(uint16_t bits);

/* `count` elements from numbers, and back. */
void gst_gemm_store(enum gst_gemm_type type, void *elements, size_t first, const double *numbers,
                    size_t count);
void gst_gemm_load(enum gst_gemm_type type, const void *elements, size_t first, double *numbers,
                   size_t count);

/* The same of C. */
void gst_gemm_store_output(enum gst_gemm_type type, void *c, size_t first, const double *numbers,
                           size_t count);
void gst_gemm_load_output(enum gst_gemm_type type, const void *c, size_t first, double *numbers,
                          size_t count);

#endif
