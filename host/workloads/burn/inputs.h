/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What burn multiplies, the same on every GPU, and whether a product of it is sound. Random
 * numbers, since they flip more bits than others and so draw more power.
 */
#ifndef GST_WORKLOADS_BURN_INPUTS_H
#define GST_WORKLOADS_BURN_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "gpu/gemm/freivalds.h"

/* Zeroed before the first use. */
struct gst_burn_inputs {
    enum gst_gemm_type type;
    int side;
    void *a, *b;
    float *c; /* room for a product */
    struct gst_freivalds f;
};

/* Makes matrices of that side, unless they are there. False if the host has no memory. */
bool gst_burn_inputs_make(struct gst_burn_inputs *inputs, enum gst_gemm_type type, int side,
                          uint64_t seed, struct gst_status *st);
void gst_burn_inputs_release(struct gst_burn_inputs *inputs);

/* What a product holds, whoever made it. */
struct gst_burn_content {
    uint64_t digest;  /* a number that equal products share */
    size_t unwritten; /* words that still hold the poison */
};

struct gst_burn_content gst_burn_content_of(const float *c, size_t count);

#endif
