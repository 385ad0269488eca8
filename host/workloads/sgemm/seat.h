/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GPU that multiplies, and the matrices of the current product on the host, which all GPUs are
 * given in turn: they are made once.
 */
#ifndef GST_WORKLOADS_SGEMM_SEAT_H
#define GST_WORKLOADS_SGEMM_SEAT_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/blas.h"
#include "gpu/condition.h"
#include "run/run.h"

/* A kind of product that is checked and measured. */
struct gst_product_kind {
    const char *name; /* "fp32-default" */
    enum gst_gemm_type type;
    bool is_default; /* single precision as the library likes it */
    const struct gst_metric_def *rate;
};

struct gst_product_seat {
    struct gst_lane lane;
    struct gst_blas_handle handle;
    uint64_t a, b, c;    /* as large as the largest matrix */
    bool is_out;         /* failed, or multiplies wrong: nothing more is asked of it */
    bool is_out_of_kind; /* the same for the current kind alone: no units for it, or wrong in it */
    struct gst_condition condition;
};

/* Host memory of one product. `c` holds what was fetched last. */
struct gst_product_data {
    struct gst_product product;
    void *a, *b, *c;
    size_t a_bytes, b_bytes, c_bytes;
};

/* Opens the GPU and a handle on it. On failure nothing stays open. */
bool gst_product_seat_open(struct gst_product_seat *seat, struct gst_run *run,
                           struct gst_blas *blas, struct gst_gpu *gpu, struct gst_status *st);

/* Memory for three matrices of up to `bytes`. */
bool gst_product_seat_alloc(struct gst_product_seat *seat, struct gst_run *run, size_t bytes,
                            struct gst_status *st);

/* What of the GPU's memory nobody has; 0 if the driver does not say. */
size_t gst_product_seat_left(struct gst_product_seat *seat);

/* A zeroed one is fine. */
void gst_product_seat_close(struct gst_product_seat *seat);

/* Memory for a product of this kind and shape. False if the host has none. */
bool gst_product_data_init(struct gst_product_data *data, const struct gst_product_kind *kind,
                           const struct gst_gemm_shape *shape, struct gst_status *st);

/* A zeroed one is fine. */
void gst_product_data_release(struct gst_product_data *data);

/* Sends A and B, and poisons C. */
bool gst_product_send(struct gst_product_seat *seat, const struct gst_product_data *data,
                      struct gst_status *st);

/* Queues the product of what was sent. */
bool gst_product_multiply(struct gst_product_seat *seat, const struct gst_product_data *data,
                          struct gst_status *st);

/* Waits and fetches C. */
bool gst_product_fetch(struct gst_product_seat *seat, struct gst_product_data *data,
                       struct gst_status *st);

/* Reports what failed on this GPU, and asks nothing more of it; the others go on. */
void gst_product_seat_fail(struct gst_product_seat *seat, struct gst_run *run,
                           struct gst_status *st);

#endif
