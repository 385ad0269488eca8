/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GPU that multiplies, and what it is asked to do with the matrices of the current product.
 */
#ifndef GST_WORKLOADS_SGEMM_SEAT_H
#define GST_WORKLOADS_SGEMM_SEAT_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/blas.h"
#include "gpu/condition.h"
#include "run/run.h"
#include "workloads/sgemm/data.h"

/* Owns its lane, its handle and its device memory from gst_sgemm_seat_open() to
 * gst_sgemm_seat_close(). The GPU and the library belong to the caller and outlive it. */
struct gst_sgemm_seat {
    struct gst_lane lane;
    struct gst_blas_handle handle;
    uint64_t a, b, c;    /* device memory, each as large as the largest matrix */
    bool is_out;         /* failed, or multiplies wrong: nothing more is asked of it */
    bool is_out_of_kind; /* the same for the current kind alone: no units for it, or wrong in it */
    struct gst_condition condition;
};

/* Opens the GPU and a handle on it. On failure nothing stays open, and the seat is out. */
bool gst_sgemm_seat_open(struct gst_sgemm_seat *seat, struct gst_run *run, struct gst_blas *blas,
                         struct gst_gpu *gpu, struct gst_status *st);

/* Device memory for three matrices of up to `bytes` each, the seat's until it is closed. On failure
 * some of it may be taken already. */
bool gst_sgemm_seat_alloc(struct gst_sgemm_seat *seat, struct gst_run *run, size_t bytes,
                          struct gst_status *st);

/* Bytes of the GPU's memory that nobody has; 0 if the driver does not say. */
size_t gst_sgemm_seat_left(struct gst_sgemm_seat *seat);

/* A zeroed one is fine. */
void gst_sgemm_seat_close(struct gst_sgemm_seat *seat);

/* Is it asked for the current kind? */
bool gst_sgemm_takes_part(const struct gst_sgemm_seat *seat);

/* Queues copies of A and B, which the caller keeps as they are until the next fetch, and poison for
 * C. */
bool gst_sgemm_send(struct gst_sgemm_seat *seat, const struct gst_sgemm_data *data,
                    struct gst_status *st);

/* Queues as many products of what was sent. */
bool gst_sgemm_multiply(struct gst_sgemm_seat *seat, const struct gst_sgemm_data *data, int times,
                        struct gst_status *st);

/* Waits, and fetches C into the caller's `data`. */
bool gst_sgemm_fetch(struct gst_sgemm_seat *seat, struct gst_sgemm_data *data,
                     struct gst_status *st);

/* Reports what failed on this GPU, and asks nothing more of it; the others go on. */
void gst_sgemm_seat_fail(struct gst_sgemm_seat *seat, struct gst_run *run, struct gst_status *st);

#endif
