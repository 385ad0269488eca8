/* SPDX-License-Identifier: Apache-2.0 */
/* Queueing rounds and looking at them; see rounds.h. */
#include "workloads/burn/rounds.h"

#include "gpu/copy_batch.h"
#include "gpu/error.h"
#include "run/interrupt.h"
#include "workloads/burn/wait.h"

bool gst_burn_begin(struct gst_burn_seat *seat, struct gst_status *st)
{
    return gst_burn_seat_use(seat, st) && seat->lane.path->mark(&seat->lane, seat->begin, st);
}

/* A result is cleared only when it holds something. */
static bool queue_round(struct gst_burn_seat *seat, struct gst_burn_slot *slot, size_t index,
                        struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;

    slot->is_counting = seat->queued % GST_BURN_POISON_EVERY == 0;
    slot->passes = seat->passes;
    if (!path->mark(&seat->lane, slot->begin, st))
        return false;
    if (slot->is_dirty && !path->fill(&seat->lane, slot->result, 0, sizeof(*seat->read_back), st))
        return false;
    for (unsigned pass = 0; pass < slot->passes && !gst_interrupt_came(); pass++) {
        if (!gst_burn_pass(seat, slot, pass + 1 == slot->passes, slot->is_counting && pass == 0,
                           st))
            return false;
    }
    slot->was_late = gst_batch_has_passed(&seat->lane, slot->start);
    slot->was_dry = gst_batch_has_passed(&seat->lane, slot->begin);
    return path->download(&seat->lane, &seat->read_back[index], slot->result,
                          sizeof(*seat->read_back), st)
           && path->mark(&seat->lane, slot->end, st);
}

bool gst_burn_read(struct gst_burn_seat *seat)
{
    struct gst_condition_reading reading;

    if (!gst_burn_is_to_be_read(seat)
        || !gst_condition_read(seat->run->env, seat->lane.gpu, &reading))
        return false;
    seat->next_reading_s = seat->elapsed_s + GST_BURN_READING_EVERY_S;
    gst_condition_add(&seat->condition, &reading);
    gst_burn_course_add(&seat->course, &reading);
    return true;
}

bool gst_burn_queue(struct gst_burn_seat *seat, struct gst_status *st)
{
    const size_t index = seat->queued % GST_BURN_SLOTS;

    if (!gst_burn_seat_use(seat, st) || !queue_round(seat, &seat->slots[index], index, st))
        return false;
    if (seat->queued++ == seat->finished)
        gst_burn_watch_begin(&seat->watch);
    return true;
}

static bool seconds_between(const struct gst_burn_seat *seat, CUevent from, CUevent to,
                            double *seconds, struct gst_status *st)
{
    float milliseconds = 0;

    if (!GST_CU(seat->lane.env, st, cuEventElapsedTime, (&milliseconds, from, to)))
        return false;
    *seconds = (double)milliseconds * 1e-3;
    return true;
}

/* What the first wrong word should have been. Into pinned memory: a copy to any other would itself
 * wait for what is queued, and that for good where the GPU hangs. */
static bool note_wrong(struct gst_burn_seat *seat, const struct gst_word_compare_result *result,
                       struct gst_status *st)
{
    const struct gst_path *path = seat->lane.path;
    const uint64_t words = seat->bytes / sizeof(uint32_t);
    const uint64_t word = (GST_WORD_COMPARE_LAST - (result->first >> 32)) % words;
    uint32_t *expected = (uint32_t *)&seat->read_back[GST_BURN_SLOTS];

    if (seat->wrong.rounds++ > 0)
        return true;
    seat->wrong.first = *result;
    seat->wrong.first_s = seat->elapsed_s;
    if (!path->download(&seat->lane, expected, seat->reference + word * sizeof(uint32_t),
                        sizeof(uint32_t), st)
        || !gst_burn_wait(seat, st))
        return false;
    seat->wrong.expected = *expected;
    seat->wrong.knows_expected = true;
    return true;
}

static bool judge_round(struct gst_burn_seat *seat, struct gst_burn_slot *slot,
                        const struct gst_word_compare_result *result, struct gst_status *st)
{
    const uint64_t words = GST_BURN_COPIES * seat->bytes / sizeof(uint32_t);

    slot->is_dirty = result->checked > 0 || result->wrong > 0;
    if (slot->is_counting && result->checked != words)
        return gst_fail(st, GST_SUITE_BLIND, "the kernel says that it compared %llu of %llu words",
                        result->checked, (unsigned long long)words);
    gst_run_count_elements(seat->run, words * slot->passes);
    return result->wrong == 0 || note_wrong(seat, result, st);
}

bool gst_burn_finish(struct gst_burn_seat *seat, struct gst_status *st)
{
    const size_t index = seat->finished % GST_BURN_SLOTS;
    struct gst_burn_slot *slot = &seat->slots[index];
    const double operations = GST_BURN_COPIES * gst_gemm_operations(&seat->product.shape);
    double seconds = 0, round_s = 0, elapsed_s = 0;

    if (!gst_burn_seat_use(seat, st)
        || !seconds_between(seat, slot->start, slot->stop, &seconds, st)
        || !seconds_between(seat, slot->begin, slot->end, &round_s, st)
        || !seconds_between(seat, seat->begin, slot->end, &elapsed_s, st))
        return false;
    gst_burn_watch_begin(&seat->watch);
    seat->round_s = round_s;
    seat->elapsed_s = elapsed_s;
    if (!judge_round(seat, slot, &seat->read_back[index], st))
        return false;
    seat->finished++;
    seat->made += GST_BURN_COPIES * (uint64_t)slot->passes;
    /* Clocks rise after the first products were timed, and fall as a board gets hot. A round that
     * waited for the host tells nothing of that. */
    if (!slot->was_dry)
        seat->passes = gst_burn_passes(round_s / (GST_BURN_COPIES * slot->passes));
    gst_burn_busy_add(&seat->busy, round_s, elapsed_s, slot->was_dry);
    if (!slot->was_late && seconds > 0)
        gst_burn_windows_add(&seat->windows, operations, seconds);
    return true;
}

bool gst_burn_is_to_be_read(const struct gst_burn_seat *seat)
{
    return seat->finished > 0 && seat->queued > seat->finished
           && seat->elapsed_s >= seat->next_reading_s;
}
