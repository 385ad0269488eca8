/* SPDX-License-Identifier: Apache-2.0 */
/* Filling, collecting, comparing and timing; see round.h. */
#include "collective/round.h"

#include <stdio.h>

#include "collective/collect.h"

static void beat(struct gst_ranks *ranks)
{
    atomic_fetch_add(ranks->beats, 1);
}

static void enter(struct gst_ranks *ranks, const struct gst_collective_case *c, const char *what)
{
    snprintf(ranks->env->progress->phase, sizeof(ranks->env->progress->phase), "%s %s of %llu %s%s",
             what, gst_collective_names[c->collective], (unsigned long long)c->elements,
             gst_element_names[c->element], c->is_in_place ? " in place" : "");
    beat(ranks);
}

static bool collect_all(struct gst_ranks *ranks, const struct gst_collective_case *c,
                        struct gst_status *st)
{
    for (uint32_t slot = 0; slot < c->slots; slot++) {
        if (!gst_ranks_collect(ranks, c, slot, st))
            return false;
    }
    return true;
}

static bool mark(struct gst_ranks *ranks, bool is_start, struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        struct gst_lane *lane = &ranks->lanes[i];

        if (!gst_gpu_use(ranks->env, lane->gpu, st)
            || !lane->path->mark(lane, is_start ? lane->start : lane->stop, st))
            return false;
    }
    return true;
}

static bool take_time(struct gst_ranks *ranks, const struct gst_collective_case *c,
                      struct gst_board_outcome *outcomes, uint32_t sample, struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        struct gst_lane *lane = &ranks->lanes[i];
        double seconds = 0;

        if (!gst_gpu_use(ranks->env, lane->gpu, st) || !lane->path->elapsed(lane, &seconds, st))
            return false;
        outcomes[i].samples[sample].seconds = seconds / c->slots;
    }
    return true;
}

/* What came before is gone before the last sample, which is compared; in place, where what came out
 * has taken the place of what was given, that is given anew. Samples before it move whatever is
 * there: what they take does not depend on it. */
static bool prepare(struct gst_ranks *ranks, const struct gst_collective_case *c, uint32_t sample,
                    struct gst_status *st)
{
    const bool is_last = sample + 1 == c->samples;
    /* In place what is given covers the output, unless each rank gives but its part. */
    const bool leaves_gaps = !c->is_in_place || gst_collective_is_cut(c->collective);

    return !is_last
           || ((!leaves_gaps || gst_ranks_poison(ranks, c, st))
               && (!c->is_in_place || gst_ranks_give(ranks, c, st)));
}

/* --- cover --- */

/* The same calls with next to nothing to move: what they take is the host's time, or a little more.
 * The first time NCCL connects the ranks, and the cover is longer than it need be. */
static struct gst_collective_case least_of(const struct gst_ranks *ranks,
                                           const struct gst_collective_case *c)
{
    struct gst_collective_case least = *c;

    if (least.elements > (uint64_t)ranks->world)
        least.elements = (uint64_t)ranks->world;
    return least;
}

static bool measure_covers(struct gst_ranks *ranks, struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        if (!gst_ranks_use(ranks, i, st) || !gst_cover_measure(&ranks->ranks[i].cover, st))
            return false;
    }
    return true;
}

static bool queue_covers(struct gst_ranks *ranks, struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        if (!gst_ranks_use(ranks, i, st)
            || !gst_cover_queue(&ranks->ranks[i].cover, &ranks->lanes[i], st))
            return false;
    }
    return true;
}

/* All that a sample queues behind the first rank's cover, the covers of the others among it. Ranks
 * meet and are waited for before the first event, so that no GPU waits for another and what lies
 * between the two is the host's time; the one in the middle costs as much as that of a sample. */
static bool rehearse(struct gst_ranks *ranks, const struct gst_collective_case *c,
                     struct gst_status *st)
{
    const struct gst_collective_case least = least_of(ranks, c);

    return gst_ranks_align(ranks, st) && gst_comms_wait(&ranks->comms, ranks->lanes, st)
           && mark(ranks, true, st) && queue_covers(ranks, st) && gst_ranks_align(ranks, st)
           && mark(ranks, false, st) && collect_all(ranks, &least, st) && mark(ranks, false, st)
           && gst_comms_wait(&ranks->comms, ranks->lanes, st);
}

/* By events, as all times; what was queued before has been waited for. Clocks go up with work, so
 * covers are measured anew. */
static bool fit_covers(struct gst_ranks *ranks, const struct gst_collective_case *c,
                       struct gst_board_outcome *outcomes, struct gst_status *st)
{
    enter(ranks, c, "fit the cover for");
    if (!measure_covers(ranks, st) || !rehearse(ranks, c, st))
        return false;
    for (int i = 0; i < ranks->count; i++) {
        struct gst_lane *lane = &ranks->lanes[i];

        if (!gst_ranks_use(ranks, i, st) || !lane->path->elapsed(lane, &outcomes[i].host_s, st))
            return false;
        gst_cover_fit(&ranks->ranks[i].cover, outcomes[i].host_s);
    }
    return true;
}

/* Seen, not assumed. Each rank looks at its own cover, whatever the others still do: one that was
 * too short may have done no harm. It is longer the next time, for which nobody has to be asked. */
static void note_late(struct gst_ranks *ranks, struct gst_board_outcome *outcomes, uint32_t sample)
{
    for (int i = 0; i < ranks->count; i++) {
        struct gst_cover *cover = &ranks->ranks[i].cover;

        outcomes[i].samples[sample].was_late = gst_cover_has_ended(cover);
        if (outcomes[i].samples[sample].was_late)
            gst_cover_grow(cover);
    }
}

/* Ranks leave the collective that aligns them within some microseconds, by which the time of a
 * message reads too long rather than too short; small ones share that among the slots. It wakes
 * links that sleep when idle: what comes next has to be what is timed. */
static bool start_together(struct gst_ranks *ranks, struct gst_status *st)
{
    return queue_covers(ranks, st) && gst_ranks_align(ranks, st) && mark(ranks, true, st);
}

static bool measure(struct gst_ranks *ranks, const struct gst_collective_case *c,
                    struct gst_board_outcome *outcomes, struct gst_status *st)
{
    if (c->samples > 0 && !fit_covers(ranks, c, outcomes, st))
        return false;
    enter(ranks, c, "measure");
    for (uint32_t sample = 0; sample < c->samples; sample++) {
        if (!prepare(ranks, c, sample, st) || !start_together(ranks, st)
            || !collect_all(ranks, c, st) || !mark(ranks, false, st))
            return false;
        note_late(ranks, outcomes, sample);
        if (!gst_comms_wait(&ranks->comms, ranks->lanes, st)
            || !take_time(ranks, c, outcomes, sample, st))
            return false;
        beat(ranks);
    }
    return true;
}

static void keep_found(struct gst_ranks *ranks, struct gst_board_outcome *outcomes)
{
    for (int i = 0; i < ranks->count; i++) {
        const struct gst_rank *rank = &ranks->ranks[i];

        outcomes[i].result = rank->found;
        outcomes[i].expected = rank->expected;
        outcomes[i].is_blind = rank->found.checked != rank->expected;
    }
}

static bool compare(struct gst_ranks *ranks, const struct gst_collective_case *c,
                    struct gst_board_outcome *outcomes, struct gst_status *st)
{
    enter(ranks, c, "compare");
    if (!gst_ranks_check(ranks, c, st))
        return false;
    keep_found(ranks, outcomes);
    beat(ranks);
    for (int i = 0; i < ranks->count; i++) {
        bool is_seen = false;

        if (!gst_ranks_plant(ranks, i, c, &is_seen, st))
            return false;
        if (!is_seen)
            outcomes[i].is_blind = true;
    }
    return true;
}

/* The first time connects the ranks, which takes longer than any time after. In place it is spoilt
 * by that, and anew for each sample. */
static bool collect_first(struct gst_ranks *ranks, const struct gst_collective_case *c,
                          struct gst_status *st)
{
    if (c->is_in_place && c->samples > 0)
        return true;
    enter(ranks, c, "collect");
    return gst_ranks_poison(ranks, c, st) && gst_ranks_give(ranks, c, st)
           && collect_all(ranks, c, st) && gst_comms_wait(&ranks->comms, ranks->lanes, st);
}

bool gst_round(struct gst_ranks *ranks, const struct gst_collective_case *c,
               struct gst_board_outcome *outcomes, struct gst_status *st)
{
    if (!gst_ranks_begin_case(ranks, c, st) || !collect_first(ranks, c, st)
        || !measure(ranks, c, outcomes, st) || !compare(ranks, c, outcomes, st)
        || !gst_ranks_end_case(ranks, st))
        return false;
    for (int i = 0; i < ranks->count; i++)
        atomic_store(&outcomes[i].is_done, 1);
    return true;
}
