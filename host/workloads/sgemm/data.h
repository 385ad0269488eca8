/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrices of one product on the host, which all GPUs are given in turn: they are made once.
 * The next product takes the same memory: pages that are new cost as much as what is written to
 * them.
 */
#ifndef GST_WORKLOADS_SGEMM_DATA_H
#define GST_WORKLOADS_SGEMM_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/blas.h"
#include "workloads/sgemm/kinds.h"

/* Memory of one matrix, as large as the largest so far. */
struct gst_sgemm_room {
    void *memory; /* owned */
    size_t bytes;
    bool is_pinned;
};

/* Zeroed before the first product but for `lane`. */
struct gst_sgemm_data {
    struct gst_lane *lane; /* by which memory is pinned; NULL: it is not. Outlives the data */
    struct gst_blas_product product; /* its device memory is each seat's own */
    void *a, *b, *c;                 /* in rooms; `c` holds what was fetched last */
    size_t a_bytes, b_bytes, c_bytes;
    struct gst_sgemm_room rooms[3];
};

/* Makes it one for a product of this kind and shape, in the memory that it has or in more, to be
 * released after the last one. What it held is lost. Pinned memory is for all GPUs, and a help
 * alone. False if the host has no memory. */
bool gst_sgemm_data_begin(struct gst_sgemm_data *data, const struct gst_sgemm_kind *kind,
                          const struct gst_gemm_shape *shape, struct gst_status *st);

/* A zeroed one is fine. */
void gst_sgemm_data_release(struct gst_sgemm_data *data);

#endif
