/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a GPU for burn, and its first product; see burn_seat.h. */
#include "workloads/burn_seat.h"

#include <stdio.h>
#include <string.h>

#include "gpu/error.h"
#include "gpu/gemm_check.h"
#include "gpu/gemm_element.h"

#define TYPE GST_GEMM_FP32

/* One thread for each vector of a warp's, and enough warps to wait for memory. */
#define THREADS       256
#define BLOCKS_PER_SM 8

bool gst_burn_seat_use(struct gst_burn_seat *seat, struct gst_status *st)
{
    seat->lane.env->progress->gpu = seat->lane.gpu->index;
    return gst_gpu_use(seat->lane.env, seat->lane.gpu, st);
}

static bool compare(struct gst_burn_seat *seat, const struct gst_burn_slot *slot, bool is_counting,
                    struct gst_status *st)
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

static bool multiply_all(struct gst_burn_seat *seat, struct gst_status *st)
{
    struct gst_product product = seat->product;

    for (int i = 0; i < GST_BURN_COPIES; i++, product.c += seat->bytes) {
        if (!gst_blas_multiply(&seat->blas, &product, st))
            return false;
    }
    return true;
}

static bool time_all(struct gst_burn_seat *seat, const struct gst_burn_slot *slot,
                     struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;

    return path->mark(&seat->lane, slot->start, st) && multiply_all(seat, st)
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
    return (is_timed ? time_all(seat, slot, st) : multiply_all(seat, st))
           && compare(seat, slot, is_counting, st);
}

static bool make_event(struct gst_burn_seat *seat, CUevent *event, struct gst_status *st)
{
    return GST_CU(seat->lane.env, st, cuEventCreate, (event, CU_EVENT_DEFAULT));
}

static bool make_events(struct gst_burn_seat *seat, struct gst_status *st)
{
    bool ok = make_event(seat, &seat->begin, st);

    for (int i = 0; i < GST_BURN_SLOTS && ok; i++)
        ok = make_event(seat, &seat->slots[i].start, st)
             && make_event(seat, &seat->slots[i].stop, st)
             && make_event(seat, &seat->slots[i].end, st);
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
    const size_t input =
        (size_t)seat->product.shape.m * (size_t)seat->product.shape.m * gst_gemm_input_bytes(TYPE);
    void *pinned = NULL;
    bool ok = path->alloc(&seat->lane, input, &seat->product.a, st)
              && path->alloc(&seat->lane, input, &seat->product.b, st)
              && path->alloc(&seat->lane, seat->bytes, &seat->reference, st)
              && path->alloc(&seat->lane, GST_BURN_COPIES * seat->bytes, &seat->product.c, st)
              && GST_CU(seat->lane.env, st, cuMemHostAlloc,
                        (&pinned, GST_BURN_SLOTS * sizeof(*seat->read_back), 0));

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
        drop_event(seat, &seat->slots[i].start);
        drop_event(seat, &seat->slots[i].stop);
        drop_event(seat, &seat->slots[i].end);
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

struct gst_gemm_gpu gst_burn_seat_gpu(const struct gst_burn_seat *seat)
{
    const struct gst_gpu *gpu = seat->lane.gpu;

    return (struct gst_gemm_gpu){ .name = gpu->name,
                                  .cc_major = gpu->cc_major,
                                  .cc_minor = gpu->cc_minor,
                                  .sms = (unsigned)gpu->sm_count,
                                  .clock_hz = gpu->clock_khz * 1e3,
                                  .clock_max_hz = seat->condition.sm_max_mhz * 1e6,
                                  .power_limit_w = seat->condition.limit_milliwatts * 1e-3 };
}

static bool choose_side(struct gst_burn_seat *seat, struct gst_status *st)
{
    const struct gst_gemm_gpu gpu = gst_burn_seat_gpu(seat);
    size_t available = 0;
    size_t total = 0;
    int side;

    if (!GST_CU(seat->lane.env, st, cuMemGetInfo, (&available, &total)))
        return false;
    side = gst_burn_side(seat->run->size_bytes, available, gst_burn_expected(TYPE, &gpu));
    /* The library's own choice, which is what others have measured; but where a variable would
     * have it round, the mode that it cannot change. */
    seat->product = (struct gst_product){ .type = TYPE,
                                          .is_default = !seat->blas.blas->changes.is_changed,
                                          .shape = gst_gemm_square(side) };
    seat->bytes = (size_t)side * (size_t)side * gst_gemm_output_bytes(TYPE);
    return true;
}

/* Every copy of the first pass is made and fetched; the first becomes what the rest is held
 * against, once it is known to be sound. */
static bool make_reference(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                           struct gst_gemm_far *far, struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;
    const size_t input = (size_t)inputs->side * (size_t)inputs->side * gst_gemm_input_bytes(TYPE);

    gst_run_phase(seat->run, seat->lane.gpu->index, "make the first product");
    return path->upload(&seat->lane, seat->product.a, inputs->a, input, st)
           && path->upload(&seat->lane, seat->product.b, inputs->b, input, st)
           && path->fill(&seat->lane, seat->product.c, GST_GEMM_POISON, seat->bytes, st)
           && gst_blas_multiply(&seat->blas, &seat->product, st)
           && path->copy(&seat->lane, seat->reference, seat->product.c, seat->bytes, st)
           && path->download(&seat->lane, inputs->c, seat->reference, seat->bytes, st)
           && path->wait(&seat->lane, st) && gst_freivalds_check(&inputs->f, inputs->c, far, st);
}

/* Words that still hold the poison. */
static size_t unwritten_of(const float *c, size_t count)
{
    size_t unwritten = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t word;

        memcpy(&word, &c[i], sizeof(word));
        unwritten += word == GST_WORD_POISON;
    }
    return unwritten;
}

static bool judge_reference(struct gst_burn_seat *seat, const struct gst_burn_inputs *inputs,
                            const struct gst_gemm_far *far)
{
    const size_t words = seat->bytes / sizeof(float);
    const size_t unwritten = unwritten_of(inputs->c, words);
    const int gpu = seat->lane.gpu->index;
    char text[192];

    if (unwritten > 0)
        return gst_run_check(seat->run, GST_HARDWARE_PRODUCT_UNWRITTEN, gpu, false,
                             "%zu of %zu words of the first product were not written", unwritten,
                             words);
    if (far->wrong > 0)
        return gst_run_check(
            seat->run, far->not_finite > 0 ? GST_HARDWARE_PRODUCT_NAN : GST_HARDWARE_PRODUCT_WRONG,
            gpu, false, "the first product of %d x %d random numbers: %s", inputs->side,
            inputs->side, gst_gemm_far_describe(far, text, sizeof(text)));
    return gst_run_check(seat->run, GST_HARDWARE_PRODUCT_WRONG, gpu, true,
                         "the first product of %d x %d random numbers is what the host expects",
                         inputs->side, inputs->side);
}

/* One wrong word, in the last copy: the comparison has to find it and no other, and to have looked
 * at all. Also the time that a product takes, by the GPU's clock. */
static bool try_comparison(struct gst_burn_seat *seat, const struct gst_burn_inputs *inputs,
                           struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;
    const uint64_t words = seat->bytes / sizeof(float);
    const uint64_t word = (GST_BURN_COPIES - 1) * words + words / 2;
    const uint64_t target = seat->product.c + word * sizeof(float);
    struct gst_burn_slot *slot = &seat->slots[0];
    struct gst_word_compare_result *result = &seat->read_back[0];
    uint32_t wrong;
    float seconds_1000 = 0;

    memcpy(&wrong, &inputs->c[words / 2], sizeof(wrong));
    wrong ^= 1U << (word % 32);
    gst_run_phase(seat->run, seat->lane.gpu->index, "plant an error");
    if (!multiply_all(seat, st) || !time_all(seat, slot, st)
        || !path->upload(&seat->lane, target, &wrong, sizeof(wrong), st)
        || !compare(seat, slot, true, st)
        || !path->download(&seat->lane, result, slot->result, sizeof(*result), st)
        || !path->fill(&seat->lane, slot->result, 0, sizeof(*result), st)
        || !path->wait(&seat->lane, st)
        || !GST_CU(seat->lane.env, st, cuEventElapsedTime,
                   (&seconds_1000, slot->start, slot->stop)))
        return false;
    seat->passes = gst_burn_passes((double)seconds_1000 * 1e-3 / GST_BURN_COPIES);
    return gst_run_check(seat->run, GST_SUITE_BLIND, seat->lane.gpu->index,
                         result->checked == GST_BURN_COPIES * words && result->wrong == 1
                             && result->first >> 32 == GST_WORD_COMPARE_LAST - word,
                         "one planted error among %llu words: %llu found", result->checked,
                         result->wrong);
}

bool gst_burn_seat_open(struct gst_burn_seat *seat, struct gst_run *run, struct gst_gpu *gpu,
                        struct gst_blas *blas, struct gst_burn_inputs *inputs,
                        struct gst_status *st)
{
    struct gst_gemm_far far = { .checked = 0 };

    *seat = (struct gst_burn_seat){ .run = run };
    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&seat->lane, &gst_driver_path, run->env, gpu, st)
        || !gst_lane_load_kernel(&seat->lane, "word_compare", "word_compare", st)
        || !gst_blas_handle_open(&seat->blas, blas, &seat->lane, st))
        return false;
    gst_condition_begin(&seat->condition, run->env, gpu);
    if (!choose_side(seat, st)
        || !gst_burn_inputs_make(inputs, TYPE, seat->product.shape.m, run->seed, st)
        || !allocate(seat, st) || !make_reference(seat, inputs, &far, st)
        || !judge_reference(seat, inputs, &far) || !try_comparison(seat, inputs, st))
        return false;
    gst_run_count_elements(run, seat->bytes / sizeof(float));
    seat->digest = gst_burn_digest(inputs->c, seat->bytes / sizeof(float));
    seat->is_working = true;
    return true;
}
