/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a GPU for burn, and its work; see seat.h. */
#include "workloads/burn/seat.h"

#include "gpu/error.h"
#include "gpu/gemm/check.h"
#include "gpu/gemm/element.h"
#include "gpu/gemm/self.h"

/* One thread for each vector of a warp's, and enough warps to wait for memory. */
#define THREADS       256
#define BLOCKS_PER_SM 8

bool gst_burn_seat_use(struct gst_burn_seat *seat, struct gst_status *st)
{
    seat->lane.env->progress->gpu = seat->lane.gpu->index;
    return gst_gpu_use(seat->lane.env, seat->lane.gpu, st);
}

bool gst_burn_compare(struct gst_burn_seat *seat, const struct gst_burn_slot *slot,
                      bool is_counting, struct gst_status *st)
{
    struct gst_word_compare_args args = {
        .copies = (const void *)(uintptr_t)seat->product.c,
        .reference = (const void *)(uintptr_t)seat->reference,
        .vectors = seat->bytes / 16,
        .copy_count = GST_BURN_COPIES,
        .is_counting = is_counting,
        .result = (struct gst_word_compare_result *)(uintptr_t)slot->result,
    };

    return seat->lane.path->launch(&seat->lane, (unsigned)seat->lane.gpu->sm_count * BLOCKS_PER_SM,
                                   THREADS, &args, st);
}

bool gst_burn_multiply_all(struct gst_burn_seat *seat, struct gst_status *st)
{
    struct gst_blas_product product = seat->product;

    for (int i = 0; i < GST_BURN_COPIES; i++, product.c += seat->bytes) {
        if (!gst_blas_multiply(&seat->blas, &product, st))
            return false;
    }
    return true;
}

bool gst_burn_time_all(struct gst_burn_seat *seat, const struct gst_burn_slot *slot,
                       struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;

    return path->mark(&seat->lane, slot->start, st) && gst_burn_multiply_all(seat, st)
           && path->mark(&seat->lane, slot->stop, st);
}

bool gst_burn_pass(struct gst_burn_seat *seat, struct gst_burn_slot *slot, bool is_timed,
                   bool is_counting, struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;

    if (is_counting
        && !path->fill(&seat->lane, seat->product.c, GST_GEMM_POISON, GST_BURN_COPIES * seat->bytes,
                       st))
        return false;
    return (is_timed ? gst_burn_time_all(seat, slot, st) : gst_burn_multiply_all(seat, st))
           && gst_burn_compare(seat, slot, is_counting, st);
}

static bool make_event(struct gst_burn_seat *seat, CUevent *event, struct gst_status *st)
{
    return GST_CU(seat->lane.env, st, cuEventCreate, (event, CU_EVENT_DEFAULT));
}

static bool make_events(struct gst_burn_seat *seat, struct gst_status *st)
{
    bool ok = make_event(seat, &seat->begin, st);

    for (int i = 0; i < GST_BURN_SLOTS && ok; i++)
        ok = make_event(seat, &seat->slots[i].begin, st)
             && make_event(seat, &seat->slots[i].end, st)
             && make_event(seat, &seat->slots[i].start, st)
             && make_event(seat, &seat->slots[i].stop, st);
    return ok;
}

static void drop_event(struct gst_burn_seat *seat, CUevent *event)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (*event != NULL)
        GST_CU(seat->lane.env, &ignored, cuEventDestroy, (*event));
    *event = NULL;
}

static bool allocate(struct gst_burn_seat *seat, struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;
    const size_t input = (size_t)seat->product.shape.m * (size_t)seat->product.shape.m
                         * gst_gemm_input_bytes(seat->product.type);
    void *pinned = NULL;
    bool ok = path->alloc(&seat->lane, input, &seat->product.a, st)
              && path->alloc(&seat->lane, input, &seat->product.b, st)
              && path->alloc(&seat->lane, seat->bytes, &seat->reference, st)
              && path->alloc(&seat->lane, GST_BURN_COPIES * seat->bytes, &seat->product.c, st)
              && GST_CU(seat->lane.env, st, cuMemHostAlloc,
                        (&pinned, (GST_BURN_SLOTS + 1) * sizeof(*seat->read_back), 0));

    seat->read_back = pinned;
    for (int i = 0; i < GST_BURN_SLOTS && ok; i++)
        ok = path->alloc(&seat->lane, sizeof(*seat->read_back), &seat->slots[i].result, st)
             && path->fill(&seat->lane, seat->slots[i].result, 0, sizeof(*seat->read_back), st);
    return ok && make_events(seat, st);
}

void gst_burn_seat_close(struct gst_burn_seat *seat)
{
    const struct gst_path *path = seat->lane.path;
    struct gst_status ignored = GST_STATUS_INIT;

    if (path == NULL)
        return;
    gst_burn_seat_use(seat, &ignored);
    for (int i = 0; i < GST_BURN_SLOTS; i++) {
        drop_event(seat, &seat->slots[i].begin);
        drop_event(seat, &seat->slots[i].end);
        drop_event(seat, &seat->slots[i].start);
        drop_event(seat, &seat->slots[i].stop);
        path->free(&seat->lane, seat->slots[i].result);
    }
    drop_event(seat, &seat->begin);
    if (seat->read_back != NULL)
        GST_CU(seat->lane.env, &ignored, cuMemFreeHost, (seat->read_back));
    path->free(&seat->lane, seat->product.c);
    path->free(&seat->lane, seat->reference);
    path->free(&seat->lane, seat->product.b);
    path->free(&seat->lane, seat->product.a);
    gst_blas_handle_close(&seat->blas);
    gst_lane_close(&seat->lane);
}

static bool choose_side(struct gst_burn_seat *seat, const struct gst_blas *blas,
                        enum gst_gemm_type type, uint64_t host_bytes, struct gst_status *st)
{
    const struct gst_gemm_gpu gpu = gst_gemm_self(seat->lane.gpu, &seat->condition);
    size_t available = 0;
    size_t total = 0;
    int side;

    if (!GST_CU(seat->lane.env, st, cuMemGetInfo, (&available, &total)))
        return false;
    side =
        gst_burn_side(seat->run->size_bytes, available, host_bytes, gst_burn_expected(type, &gpu));
    /* The library's own choice, which is what others have measured; but where a variable would
     * have it round, the mode that it cannot change. */
    seat->product =
        (struct gst_blas_product){ .type = type,
                                   .is_pedantic = type == GST_GEMM_FP32 && blas->changes.is_changed,
                                   .shape = gst_gemm_square(side) };
    seat->bytes = (size_t)side * (size_t)side * gst_gemm_output_bytes(type);
    return true;
}

bool gst_burn_seat_open(struct gst_burn_seat *seat, struct gst_run *run, struct gst_gpu *gpu,
                        struct gst_blas *blas, enum gst_gemm_type type, uint64_t host_bytes,
                        struct gst_status *st)
{
    *seat = (struct gst_burn_seat){ .run = run };
    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&seat->lane, &gst_driver_path, run->env, gpu, st)
        || !gst_lane_load_kernel(&seat->lane, "word_compare", "word_compare", st))
        return false;
    gst_condition_begin(&seat->condition, run->env, gpu);
    return choose_side(seat, blas, type, host_bytes, st) && allocate(seat, st)
           && gst_blas_handle_open(&seat->blas, blas, &seat->lane, st);
}
