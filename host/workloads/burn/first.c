/* SPDX-License-Identifier: Apache-2.0 */
/* The product that all others are held against; see first.h. */
#include "workloads/burn/first.h"

#include <stdio.h>
#include <string.h>

#include "gpu/error.h"
#include "gpu/gemm/check.h"
#include "gpu/gemm/element.h"
#include "gpu/share.h"
#include "workloads/burn/wait.h"

static bool find_change(struct gst_burn_seat *seat, const void *sent, uint64_t kept, size_t bytes,
                        const char *name, uint32_t *room, bool *is_intact, struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;
    const uint32_t *words = sent;
    const size_t count = bytes / sizeof(*words);
    size_t wrong = 0, first = 0;

    if (!path->download(&seat->lane, room, kept, bytes, st) || !gst_burn_wait(seat, st))
        return false;
    for (size_t i = count; i-- > 0;) {
        if (room[i] != words[i]) {
            wrong++;
            first = i;
        }
    }
    *is_intact = wrong == 0;
    if (wrong > 0)
        gst_run_check(seat->run, GST_HARDWARE_MEMORY_CORRUPTED, seat->lane.gpu->index, false,
                      "%zu of %zu words of matrix %s are not what was sent; the first, at offset "
                      "0x%zx: 0x%08x instead of 0x%08x",
                      wrong, count, name, first * sizeof(*words), room[first], words[first]);
    return true;
}

bool gst_burn_check_inputs(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                           bool *is_intact, struct gst_status *st)
{
    const int side = seat->product.shape.m;
    const size_t bytes = (size_t)side * (size_t)side * gst_gemm_input_bytes(seat->product.type);
    uint32_t *room;

    if (!gst_burn_inputs_make(inputs, seat->product.type, side, seat->run->seed, st)
        || !gst_burn_seat_use(seat, st))
        return false;
    room = (uint32_t *)inputs->c;
    return find_change(seat, inputs->a, seat->product.a, bytes, "A", room, is_intact, st)
           && (!*is_intact
               || find_change(seat, inputs->b, seat->product.b, bytes, "B", room, is_intact, st));
}

/* It becomes what the rest is held against, once it is known to be sound. */
static bool make_reference(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                           struct gst_gemm_far *far, struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;
    const size_t input =
        (size_t)inputs->side * (size_t)inputs->side * gst_gemm_input_bytes(seat->product.type);

    gst_run_phase(seat->run, seat->lane.gpu->index, "make the first product");
    /* Else what another GPU computed could stand for what this one did not send. */
    gst_share_set(inputs->c, GST_GEMM_POISON, seat->bytes);
    return path->upload(&seat->lane, seat->product.a, inputs->a, input, st)
           && path->upload(&seat->lane, seat->product.b, inputs->b, input, st)
           && path->fill(&seat->lane, seat->product.c, GST_GEMM_POISON, seat->bytes, st)
           && gst_blas_multiply(&seat->blas, &seat->product, st)
           && path->copy(&seat->lane, seat->reference, seat->product.c, seat->bytes, st)
           && gst_burn_wait(seat, st) /* else the copy to pageable memory would */
           && path->download(&seat->lane, inputs->c, seat->reference, seat->bytes, st)
           && gst_burn_wait(seat, st) && gst_freivalds_check(&inputs->f, inputs->c, far, st);
}

/* Why it is not what it must be: what was multiplied was not what the host had sent, or what came
 * of it. */
static bool report_reference(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                             const struct gst_gemm_far *far, size_t unwritten,
                             struct gst_status *st)
{
    const int gpu = seat->lane.gpu->index;
    bool is_intact = false;
    char text[192];

    snprintf(text, sizeof(text), "%zu words were not written", unwritten);
    if (unwritten == 0)
        gst_gemm_far_describe(far, text, sizeof(text));
    if (!gst_burn_check_inputs(seat, inputs, &is_intact, st))
        return false;
    if (is_intact)
        gst_run_check(seat->run,
                      unwritten > 0         ? GST_HARDWARE_PRODUCT_UNWRITTEN
                      : far->not_finite > 0 ? GST_HARDWARE_PRODUCT_NAN
                                            : GST_HARDWARE_PRODUCT_WRONG,
                      gpu, false, "the first product of %d x %d random numbers: %s", inputs->side,
                      inputs->side, text);
    return false;
}

static bool judge_reference(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                            const struct gst_gemm_far *far, struct gst_status *st)
{
    const struct gst_burn_content content =
        gst_burn_content_of(inputs->c, seat->bytes / sizeof(float));

    if (content.unwritten > 0 || far->wrong > 0)
        return report_reference(seat, inputs, far, content.unwritten, st);
    seat->digest = content.digest;
    return gst_run_check(seat->run, GST_HARDWARE_PRODUCT_WRONG, seat->lane.gpu->index, true,
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
    /* A copy from pageable memory can wait for what is queued before it, whether that ends or not.
     */
    if (!gst_burn_multiply_all(seat, st) || !gst_burn_time_all(seat, slot, st)
        || !gst_burn_wait(seat, st) || !path->upload(&seat->lane, target, &wrong, sizeof(wrong), st)
        || !gst_burn_compare(seat, slot, true, st)
        || !path->download(&seat->lane, result, slot->result, sizeof(*result), st)
        || !path->fill(&seat->lane, slot->result, 0, sizeof(*result), st)
        || !gst_burn_wait(seat, st)
        || !GST_CU(seat->lane.env, st, cuEventElapsedTime,
                   (&seconds_1000, slot->start, slot->stop)))
        return false;
    seat->product_s = (double)seconds_1000 * 1e-3 / GST_BURN_COPIES;
    seat->passes = gst_burn_passes(seat->product_s);
    if (!gst_run_check(
            seat->run, GST_SUITE_BLIND, seat->lane.gpu->index,
            result->checked == GST_BURN_COPIES * words && result->wrong > 0
                && (result->wrong > 1 || result->first >> 32 == GST_WORD_COMPARE_LAST - word),
            "one planted error among %llu words: %llu found", result->checked, result->wrong))
        return false;
    /* It saw the one that was planted, and others. */
    return result->wrong == 1
           || gst_run_check(seat->run, GST_HARDWARE_PRODUCT_UNSTABLE, seat->lane.gpu->index, false,
                            "%llu of %llu words of the second product are not those of the first",
                            result->wrong - 1, result->checked);
}

bool gst_burn_first(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                    struct gst_status *st)
{
    struct gst_gemm_far far = { .checked = 0 };

    if (!gst_burn_inputs_make(inputs, seat->product.type, seat->product.shape.m, seat->run->seed,
                              st)
        || !gst_burn_seat_use(seat, st) || !make_reference(seat, inputs, &far, st)
        || !judge_reference(seat, inputs, &far, st) || !try_comparison(seat, inputs, st))
        return false;
    gst_run_count_elements(seat->run, seat->bytes / sizeof(float));
    seat->is_working = true;
    return true;
}
