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

/* A number that equal products share. */
uint64_t gst_burn_digest(const float *c, size_t count);

#endif
