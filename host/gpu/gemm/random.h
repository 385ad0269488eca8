/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of random numbers: the bits of a multiplier that whole numbers never reach, and the
 * power that they draw. Numbers are uniform in (-1, 1) with as many significant bits as the type
 * has, so that no product rounds its inputs, and known from seed and index alone. Pure.
 */
#ifndef GST_GPU_GEMM_RANDOM_H
#define GST_GPU_GEMM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "core/gemm_peaks.h"

/* 64 bits that seed and index decide. */
uint64_t gst_gemm_random_bits(uint64_t seed, uint64_t index);

/* Fills elements of A or B, padding included. */
void gst_gemm_random_fill(enum gst_gemm_type type, void *elements, size_t count, uint64_t seed);

#endif
