/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns out, patterns back, and whose fault a difference is; see data.h. */
#include "workloads/peer_copy/data.h"

#include <stdio.h>

#include "gpu/pattern.h"
#include "run/run.h"

#define POISON      0xa5
#define POISON_WORD 0xa5a5a5a5u

/* Copies from the host begin at multiples of this. */
#define STEP_WORDS ((size_t)64)

static size_t words_of(const struct gst_peer_bench *bench)
{
    return bench->memory.bytes / sizeof(uint32_t);
}

static bool use(struct gst_peer_bench *bench, int gpu, struct gst_status *st)
{
    struct gst_lane *lane = &bench->seats[gpu].lane;

    bench->run->report->progress.gpu = lane->gpu->index;
    return gst_gpu_use(lane->env, lane->gpu, st);
}

bool gst_peer_data_prepare(struct gst_peer_bench *bench, int from, int to, struct gst_status *st)
{
    const size_t steps = bench->memory.extra / sizeof(uint32_t) / STEP_WORDS;
    const size_t offset = bench->passes++ % steps * STEP_WORDS;
    struct gst_peer_seat *source = &bench->seats[from];
    struct gst_peer_seat *target = &bench->seats[to];

    source->seed = gst_pattern_seed_at(bench->seed, offset);
    return use(bench, from, st)
           && source->lane.path->upload(&source->lane, source->out, bench->memory.source + offset,
                                        bench->memory.bytes, st)
           && use(bench, to, st)
           && target->lane.path->fill(&target->lane, target->in, POISON, bench->memory.bytes, st);
}

bool gst_peer_data_wait(struct gst_peer_bench *bench, int gpu, struct gst_status *st)
{
    struct gst_lane *lane = &bench->seats[gpu].lane;

    return use(bench, gpu, st) && lane->path->wait(lane, st);
}

static bool fetch(struct gst_peer_bench *bench, int gpu, uint64_t pointer, struct gst_status *st)
{
    struct gst_lane *lane = &bench->seats[gpu].lane;

    return use(bench, gpu, st)
           && lane->path->download(lane, bench->memory.target, pointer, bench->memory.bytes, st)
           && lane->path->wait(lane, st);
}

/* Through the host, to both buffers: are the GPUs' own memories right? What is wrong there is told
 * by the check. */
static bool try_by_host(struct gst_peer_bench *bench, int from, int to, bool *is_right,
                        struct gst_status *st)
{
    const struct gst_peer_seat *source = &bench->seats[from];
    struct gst_peer_seat *target = &bench->seats[to];

    *is_right = false;
    if (!fetch(bench, from, source->out, st))
        return false;
    if (!gst_copy_check(bench->run, source->lane.gpu->index, bench->memory.target,
                        bench->memory.bytes, source->seed, "in what was to be copied"))
        return true;
    if (!use(bench, to, st)
        || !target->lane.path->upload(&target->lane, target->in, bench->memory.source,
                                      bench->memory.bytes, st)
        || !fetch(bench, to, target->in, st))
        return false;
    *is_right = gst_copy_check(bench->run, target->lane.gpu->index, bench->memory.target,
                               bench->memory.bytes, bench->seed, "after a copy through the host");
    return true;
}

static void tell_wrong(struct gst_peer_bench *bench, int from, int to,
                       const struct gst_pattern_mismatch *found)
{
    const int source = bench->seats[from].lane.gpu->index;
    char what[64], text[GST_CAUSE_SIZE];

    snprintf(what, sizeof(what), "after copies from gpu %d to gpu %d", source,
             bench->seats[to].lane.gpu->index);
    gst_run_check(bench->run, GST_HARDWARE_PEER_COPY_CORRUPTED, source, false,
                  "%s; through the host they arrive",
                  gst_pattern_describe(found, words_of(bench), what, text, sizeof(text)));
}

static bool explain_difference(struct gst_peer_bench *bench, int from, int to,
                               const struct gst_pattern_mismatch *found, struct gst_status *st)
{
    const bool is_dropped = gst_words_are_all(bench->memory.target, words_of(bench), POISON_WORD);
    bool is_right_by_host;

    bench->data[from][to] = GST_PEER_DATA_WRONG;
    if (!try_by_host(bench, from, to, &is_right_by_host, st))
        return false;
    if (is_right_by_host && is_dropped)
        bench->data[from][to] = GST_PEER_DATA_DROPPED;
    else if (is_right_by_host)
        tell_wrong(bench, from, to, found);
    return true;
}

bool gst_peer_data_verify(struct gst_peer_bench *bench, int from, int to, struct gst_status *st)
{
    const uint32_t seed = bench->seats[from].seed;
    struct gst_peer_seat *target = &bench->seats[to];
    struct gst_pattern_mismatch found;
    bool is_caught = false;

    if (!fetch(bench, to, target->in, st))
        return false;
    found = gst_pattern_compare_planted(bench->memory.target, words_of(bench), seed, &is_caught);
    gst_run_count_elements(bench->run, words_of(bench));
    if (found.count > 0)
        return explain_difference(bench, from, to, &found, st);
    bench->data[from][to] = GST_PEER_DATA_RIGHT;
    target->words_right += words_of(bench);
    target->copies_right++;
    if (!is_caught) {
        bench->data[from][to] = GST_PEER_DATA_WRONG;
        gst_run_check(bench->run, GST_SUITE_BLIND, target->lane.gpu->index, false,
                      "one planted error among %zu words after copies from gpu %d to gpu %d",
                      words_of(bench), bench->seats[from].lane.gpu->index, target->lane.gpu->index);
    }
    return true;
}
