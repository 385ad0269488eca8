/* SPDX-License-Identifier: Apache-2.0 */
/*
 * c = a + b on one GPU, as several workloads use it: inputs that cannot be right by accident, a
 * poisoned output, and a comparison of every element that is itself put to the test.
 */
#ifndef GST_WORKLOADS_ADDITION_H
#define GST_WORKLOADS_ADDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/path.h"
#include "run/run.h"

/* Two floats read and one written for each element. */
#define GST_ADDITION_BYTES_PER_ELEMENT (3 * sizeof(float))

struct gst_addition {
    size_t n;         /* elements there is room for */
    float *a, *b, *c; /* on the host: what is sent and what comes back */
    uint64_t gpu_a, gpu_b, gpu_c, gpu_arch;
    uint32_t arch; /* architecture of the code that ran last: 900 for 9.0 */
};

/* Allocates on the host and fills the inputs from `seed`. */
bool gst_addition_init(struct gst_addition *addition, size_t n, uint64_t seed,
                       struct gst_status *st);
void gst_addition_release(struct gst_addition *addition);

/* Allocates on the lane's GPU; what was got before a failure is for gst_addition_free. */
bool gst_addition_alloc(struct gst_addition *addition, struct gst_lane *lane,
                        struct gst_status *st);
void gst_addition_free(struct gst_addition *addition, struct gst_lane *lane);

/* Queues the kernel, which the lane has loaded, over the first n elements. */
bool gst_addition_launch(struct gst_addition *addition, struct gst_lane *lane, size_t n,
                         struct gst_status *st);

/* Poisons the output, sends the inputs, adds, and fetches the result of the first n elements. */
bool gst_addition_run(struct gst_addition *addition, struct gst_run *run, struct gst_lane *lane,
                      size_t n, struct gst_status *st);

/* Compares every element and makes sure that one planted error is caught; false if any is wrong. */
bool gst_addition_check(struct gst_addition *addition, struct gst_run *run,
                        const struct gst_lane *lane, size_t n);

/* Fetches both inputs, which must still be what was sent: a flipped bit in a small number can
 * vanish in a sum. Overwrites c. */
bool gst_addition_check_inputs(struct gst_addition *addition, struct gst_run *run,
                               struct gst_lane *lane, size_t n, struct gst_status *st);

#endif
