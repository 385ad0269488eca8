/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products through cuBLAS: the library, a handle for each GPU, and one call for all types.
 *
 *     gst_blas_open(&blas, env, st)                 once, by what multiplies
 *     gst_blas_handle_open(&handle, &blas, &lane, st)   for each GPU, on the lane's stream
 *     gst_blas_multiply(&handle, &product, st)      queues it; the result is there after a wait
 *
 * Every status of cuBLAS becomes a finding. Whoever drives several GPUs from one thread need not
 * care which context is current.
 */
#ifndef GST_GPU_BLAS_H
#define GST_GPU_BLAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/blas_libs.h"
#include "core/gemm_peaks.h"
#include "core/status.h"
#include "gpu/blas_changes.h"
#include "gpu/gemm/shape.h"
#include "gpu/path.h"

struct gst_blas {
    struct gst_env *env;
    struct gst_blas_libs libs;
    int version; /* 130100 */
    struct gst_blas_changes changes;
};

struct gst_blas_handle {
    struct gst_blas *blas;
    struct gst_lane *lane;
    cublasHandle_t handle;
    uint64_t workspace;
    int math_mode; /* as set last; -1: not yet */
};

struct gst_product {
    enum gst_gemm_type type;
    bool is_pedantic; /* single precision as it is, and not as the library likes it */
    struct gst_gemm_shape shape;
    uint64_t a, b, c; /* device memory; C is single precision, or double for double */
};

/* Opens cuBLAS and cublasLt and records paths and versions, and what is wrong with them. False if
 * there is none to work with: `st` then holds image.cublas-missing with the
 * loader's words; the caller knows whether anybody promised it. */
bool gst_blas_open(struct gst_blas *blas, struct gst_env *env, struct gst_status *st);

/* A version of cublasLt in the way of cuBLAS, major * 10000 + minor * 100 + patch. Before 11.9 it
 * told major * 1000 instead: 11605 is 11.6.5 (CUBLAS_VERSION of cublas_api.h). Pure. */
size_t gst_blas_lt_version(size_t told);

/* A zeroed one is fine. All handles have to be closed. */
void gst_blas_close(struct gst_blas *blas);

/* A handle on the lane's GPU and stream, with a workspace of its own. */
bool gst_blas_handle_open(struct gst_blas_handle *handle, struct gst_blas *blas,
                          struct gst_lane *lane, struct gst_status *st);

/* True if a handle that was not made for this reason lacked memory: the library does not tell that
 * apart from what else it may lack. Pure. */
bool gst_blas_is_short(int status, size_t available_bytes);

/* A zeroed one is fine; the lane has to be open. */
void gst_blas_handle_close(struct gst_blas_handle *handle);

/* Queues C = op(A) op(B). */
bool gst_blas_multiply(struct gst_blas_handle *handle, const struct gst_product *product,
                       struct gst_status *st);

#endif
