/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs that multiply; see seat.h. */
#include "workloads/sgemm/seat.h"

#include "gpu/error.h"
#include "gpu/gemm/check.h"
#include "gpu/share.h"

bool gst_sgemm_seat_open(struct gst_sgemm_seat *seat, struct gst_run *run, struct gst_blas *blas,
                         struct gst_gpu *gpu, struct gst_status *st)
{
    *seat = (struct gst_sgemm_seat){ .is_out = true };
    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&seat->lane, &gst_driver_path, run->env, gpu, st))
        return false;
    gst_run_phase(run, gpu->index, "create a handle of cuBLAS");
    if (gst_blas_handle_open(&seat->handle, blas, &seat->lane, st)) {
        gst_condition_begin(&seat->condition, run->env, gpu);
        seat->is_out = false;
        return true;
    }
    gst_sgemm_seat_close(seat);
    return false;
}

bool gst_sgemm_seat_alloc(struct gst_sgemm_seat *seat, struct gst_run *run, size_t bytes,
                          struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    gst_run_phase(run, lane->gpu->index, "allocate");
    return gst_gpu_use(lane->env, lane->gpu, st) && lane->path->alloc(lane, bytes, &seat->a, st)
           && lane->path->alloc(lane, bytes, &seat->b, st)
           && lane->path->alloc(lane, bytes, &seat->c, st);
}

size_t gst_sgemm_seat_left(struct gst_sgemm_seat *seat)
{
    struct gst_status ignored = GST_STATUS_INIT;
    struct gst_lane *lane = &seat->lane;
    size_t available = 0, total = 0;

    return gst_gpu_use(lane->env, lane->gpu, &ignored)
                   && GST_CU(lane->env, &ignored, cuMemGetInfo, (&available, &total))
               ? available
               : 0;
}

void gst_sgemm_seat_close(struct gst_sgemm_seat *seat)
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
    *seat = (struct gst_sgemm_seat){ .is_out = true };
}

bool gst_sgemm_takes_part(const struct gst_sgemm_seat *seat)
{
    return !seat->is_out && !seat->is_out_of_kind;
}

bool gst_sgemm_send(struct gst_sgemm_seat *seat, const struct gst_sgemm_data *data,
                    struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    return gst_gpu_use(lane->env, lane->gpu, st)
           && lane->path->upload(lane, seat->a, data->a, data->a_bytes, st)
           && lane->path->upload(lane, seat->b, data->b, data->b_bytes, st)
           && lane->path->fill(lane, seat->c, GST_GEMM_POISON, data->c_bytes, st);
}

bool gst_sgemm_multiply(struct gst_sgemm_seat *seat, const struct gst_sgemm_data *data, int times,
                        struct gst_status *st)
{
    struct gst_blas_product product = data->product;

    product.a = seat->a;
    product.b = seat->b;
    product.c = seat->c;
    for (int i = 0; i < times; i++) {
        if (!gst_blas_multiply(&seat->handle, &product, st))
            return false;
    }
    return true;
}

bool gst_sgemm_fetch(struct gst_sgemm_seat *seat, struct gst_sgemm_data *data,
                     struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    /* Else what another GPU computed could stand for what this one did not send. */
    gst_share_set(data->c, GST_GEMM_POISON, data->c_bytes);
    return gst_gpu_use(lane->env, lane->gpu, st)
           && lane->path->download(lane, data->c, seat->c, data->c_bytes, st)
           && lane->path->wait(lane, st);
}

void gst_sgemm_seat_fail(struct gst_sgemm_seat *seat, struct gst_run *run, struct gst_status *st)
{
    st->gpu = seat->lane.gpu->index;
    gst_report_status(run->report, st);
    seat->is_out = true;
}
