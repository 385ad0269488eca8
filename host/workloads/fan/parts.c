/* SPDX-License-Identifier: Apache-2.0 */
/* Copying, poison, comparison; see parts.h. */
#include "workloads/fan/parts.h"

#include "gpu/error.h"
#include "gpu/pattern.h"

#define POISON      0xa5
#define POISON_WORD 0xa5a5a5a5U

static int gpu_of(const struct gst_crowd_member *member)
{
    return member->lane.gpu->index;
}

static bool use(struct gst_crowd_member *member, struct gst_status *st)
{
    member->lane.env->progress->gpu = gpu_of(member);
    st->gpu = gpu_of(member);
    return gst_gpu_use(member->lane.env, member->lane.gpu, st);
}

static size_t words_of(const struct gst_fan_part *part)
{
    return part->bytes / sizeof(uint32_t);
}

static uint64_t target_of(const struct gst_fan_part *part)
{
    return part->to->buffers.gpu_out + part->target * sizeof(uint32_t);
}

bool gst_fan_part_copy(struct gst_lane *lane, void *data, struct gst_status *st)
{
    const struct gst_fan_part *part = data;

    return GST_CU(lane->env, st, cuMemcpyPeerAsync,
                  (target_of(part), part->to->lane.gpu->context,
                   part->from->buffers.gpu_in + part->source * sizeof(uint32_t),
                   part->from->lane.gpu->context, part->bytes, lane->stream));
}

bool gst_fan_part_poison(struct gst_fan_part *part, struct gst_status *st)
{
    struct gst_lane *lane = &part->to->lane;

    return use(part->to, st) && lane->path->fill(lane, target_of(part), POISON, part->bytes, st)
           && lane->path->wait(lane, st);
}

static bool fetch(const struct gst_fan_part *part, struct gst_status *st)
{
    struct gst_lane *lane = &part->to->lane;

    return use(part->to, st)
           && lane->path->download(lane, part->to->buffers.target, target_of(part), part->bytes, st)
           && lane->path->wait(lane, st);
}

/* A copy through the host to the same memory tells a link that loses data from memory that does;
 * what the sender holds was compared when it came from the host. */
static bool explain_difference(const struct gst_fan_part *part, struct gst_run *run, uint32_t seed,
                               const struct gst_pattern_mismatch *found, struct gst_status *st)
{
    const bool is_dropped =
        gst_words_are_all(part->to->buffers.target, words_of(part), POISON_WORD);
    struct gst_lane *lane = &part->to->lane;

    if (!use(part->to, st)
        || !lane->path->upload(lane, target_of(part), part->from->buffers.source + part->source,
                               part->bytes, st)
        || !fetch(part, st))
        return false;
    if (!gst_copy_check(run, gpu_of(part->to), part->to->buffers.target, part->bytes, seed,
                        "after a copy through the host"))
        return true;
    gst_run_check(run, is_dropped ? GST_HOST_PEER_COPIES_DROPPED : GST_HARDWARE_PEER_COPY_CORRUPTED,
                  gpu_of(part->from), false,
                  "%zu of %zu words are wrong after copies from gpu %d to gpu %d among others, the "
                  "first is %zu: 0x%08x, expected 0x%08x%s; through the host they arrive",
                  found->count, words_of(part), gpu_of(part->from), gpu_of(part->to), found->first,
                  found->observed, found->expected,
                  is_dropped          ? ", and the target holds what it held before"
                  : found->is_one_bit ? " (one bit flipped)"
                                      : "");
    return true;
}

bool gst_fan_part_verify(const struct gst_fan_part *part, struct gst_run *run, bool *right,
                         struct gst_status *st)
{
    const uint32_t seed = gst_pattern_seed_at(part->from->seed, part->source);
    uint32_t *words = part->to->buffers.target;
    struct gst_pattern_mismatch found;
    bool is_caught = false;

    if (!fetch(part, st))
        return false;
    found = gst_pattern_compare_planted(words, words_of(part), seed, &is_caught);
    gst_run_count_elements(run, words_of(part));
    if (found.count > 0) {
        *right = false;
        return explain_difference(part, run, seed, &found, st);
    }
    if (!is_caught)
        *right = gst_run_check(run, GST_SUITE_BLIND, gpu_of(part->to), false,
                               "one planted error among %zu words from gpu %d", words_of(part),
                               gpu_of(part->from));
    return true;
}
