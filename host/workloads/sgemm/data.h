/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrices of one product on the host, which all GPUs are given in turn: they are made once.
 */
#ifndef GST_WORKLOADS_SGEMM_DATA_H
#define GST_WORKLOADS_SGEMM_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/blas.h"
#include "workloads/sgemm/kinds.h"

struct gst_sgemm_data {
    struct gst_product product; /* its device memory is each seat's own */
    void *a, *b, *c;            /* owned; `c` holds what was fetched last */
    size_t a_bytes, b_bytes, c_bytes;
};

/* Memory for a product of this kind and shape, to be released. False if the host has none: then
 * there is nothing to release. */
bool gst_sgemm_data_init(struct gst_sgemm_data *data, const struct gst_sgemm_kind *kind,
                         const struct gst_gemm_shape *shape, struct gst_status *st);

/* A zeroed one is fine. */
void gst_sgemm_data_release(struct gst_sgemm_data *data);

#endif
