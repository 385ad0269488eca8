/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs that multiply; see seat.h. */
#include "workloads/sgemm/seat.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/error.h"
#include "gpu/gemm/check.h"
#include "gpu/gemm/element.h"

bool gst_product_seat_open(struct gst_product_seat *seat, struct gst_run *run,
                           struct gst_blas *blas, struct gst_gpu *gpu, struct gst_status *st)
{
    *seat = (struct gst_product_seat){ .is_out = true };
    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&seat->lane, &gst_driver_path, run->env, gpu, st))
        return false;
    gst_run_phase(run, gpu->index, "create a handle of cuBLAS");
    if (gst_blas_handle_open(&seat->handle, blas, &seat->lane, st)) {
        gst_condition_begin(&seat->condition, run->env, gpu);
        seat->is_out = false;
        return true;
    }
    gst_product_seat_close(seat);
    return false;
}

bool gst_product_seat_alloc(struct gst_product_seat *seat, struct gst_run *run, size_t bytes,
                            struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    gst_run_phase(run, lane->gpu->index, "allocate");
    return gst_gpu_use(lane->env, lane->gpu, st) && lane->path->alloc(lane, bytes, &seat->a, st)
           && lane->path->alloc(lane, bytes, &seat->b, st)
           && lane->path->alloc(lane, bytes, &seat->c, st);
}

size_t gst_product_seat_left(struct gst_product_seat *seat)
{
    struct gst_status ignored = GST_STATUS_INIT;
    struct gst_lane *lane = &seat->lane;
    size_t available = 0, total = 0;

    return gst_gpu_use(lane->env, lane->gpu, &ignored)
                   && GST_CU(lane->env, &ignored, cuMemGetInfo, (&available, &total))
               ? available
               : 0;
}

void gst_product_seat_close(struct gst_product_seat *seat)
{
    struct gst_status ignored = GST_STATUS_INIT;
    struct gst_lane *lane = &seat->lane;

    gst_blas_handle_close(&seat->handle);
    if (lane->path != NULL && gst_gpu_use(lane->env, lane->gpu, &ignored)) {
        lane->path->free(lane, seat->c);
        lane->path->free(lane, seat->b);
        lane->path->free(lane, seat->a);
    }
    gst_lane_close(lane);
    *seat = (struct gst_product_seat){ .is_out = true };
}

bool gst_product_data_init(struct gst_product_data *data, const struct gst_product_kind *kind,
                           const struct gst_gemm_shape *shape, struct gst_status *st)
{
    const size_t input = gst_gemm_input_bytes(kind->type);

    *data = (struct gst_product_data){
        .product = { .type = kind->type, .is_default = kind->is_default, .shape = *shape },
        .a_bytes = gst_gemm_a_elements(shape) * input,
        .b_bytes = gst_gemm_b_elements(shape) * input,
        .c_bytes = gst_gemm_c_elements(shape) * gst_gemm_output_bytes(kind->type),
    };
    data->a = malloc(data->a_bytes);
    data->b = malloc(data->b_bytes);
    data->c = malloc(data->c_bytes);
    if (data->a != NULL && data->b != NULL && data->c != NULL)
        return true;
    gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu + %zu + %zu bytes", data->a_bytes,
             data->b_bytes, data->c_bytes);
    gst_product_data_release(data);
    return false;
}

void gst_product_data_release(struct gst_product_data *data)
{
    free(data->a);
    free(data->b);
    free(data->c);
    *data = (struct gst_product_data){ .a = NULL };
}

bool gst_product_send(struct gst_product_seat *seat, const struct gst_product_data *data,
                      struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    return gst_gpu_use(lane->env, lane->gpu, st)
           && lane->path->upload(lane, seat->a, data->a, data->a_bytes, st)
           && lane->path->upload(lane, seat->b, data->b, data->b_bytes, st)
           && lane->path->fill(lane, seat->c, GST_GEMM_POISON, data->c_bytes, st);
}

bool gst_product_multiply(struct gst_product_seat *seat, const struct gst_product_data *data,
                          struct gst_status *st)
{
    struct gst_product product = data->product;

    product.a = seat->a;
    product.b = seat->b;
    product.c = seat->c;
    return gst_blas_multiply(&seat->handle, &product, st);
}

bool gst_product_fetch(struct gst_product_seat *seat, struct gst_product_data *data,
                       struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    /* Else what another GPU computed could stand for what this one did not send. */
    memset(data->c, GST_GEMM_POISON, data->c_bytes);
    return gst_gpu_use(lane->env, lane->gpu, st)
           && lane->path->download(lane, data->c, seat->c, data->c_bytes, st)
           && lane->path->wait(lane, st);
}

void gst_product_seat_fail(struct gst_product_seat *seat, struct gst_run *run,
                           struct gst_status *st)
{
    st->gpu = seat->lane.gpu->index;
    gst_report_status(run->report, st);
    seat->is_out = true;
}
