/* SPDX-License-Identifier: Apache-2.0 */
/* A seat at each GPU, then pair by pair; see latency_peers.h. */
#include "workloads/latency_peers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gpu/error.h"
#include "gpu/pattern.h"
#include "gpu/peers.h"
#include "workloads/latency_seat.h"

/* Loads for one sample: about 0.3 ms, so that 240 pairs of 16 GPUs take seconds. What a launch
 * costs beside its loads, about 2 us, is under one percent of that. */
#define HOPS 256U

#define POISON 0xff

const struct gst_metric_def gst_latency_of_peer = {
    .name = "latency.peer",
    .title = "one load of a peer's memory, from its owner to who loads",
    .unit = GST_UNIT_SECONDS,
};

const struct gst_metric_def gst_latency_of_peer_copy = {
    .name = "latency.copy-peer",
    .title = "one page from GPU to GPU",
    .unit = GST_UNIT_SECONDS,
};

/* GPUs are counted as in run->env. */
struct all {
    struct gst_run *run;
    struct gst_peers peers;
    struct gst_latency_seat seats[GST_ENV_GPUS];
    struct gst_latency_pages pages;
    size_t count; /* of samples */
    double samples[GST_LATENCY_SAMPLES];
};

struct pair {
    struct all *all;
    int from, to;
    struct gst_latency_seat *source, *target;
};

static bool use(struct all *all, int gpu, struct gst_status *st)
{
    if (gst_gpu_use(all->run->env, &all->run->env->gpus[gpu], st))
        return true;
    st->gpu = all->run->env->gpus[gpu].index;
    return false;
}

static bool blame(const struct gst_latency_seat *seat, bool ok, struct gst_status *st)
{
    if (!ok)
        st->gpu = seat->lane.gpu->index;
    return ok;
}

/* --- loads: the target's thread walks through the source's memory --- */

static bool time_loads(const struct pair *pair, struct gst_status *st)
{
    struct all *all = pair->all;
    struct gst_chase *chase = &pair->target->chase;
    struct gst_cycle cycle = pair->source->cycle;
    char what[48];
    bool right = true;

    snprintf(what, sizeof(what), "the memory of gpu %d", pair->source->lane.gpu->index);
    cycle.what = what;
    gst_run_phase(all->run, pair->target->lane.gpu->index, "load %s", what);
    gst_chase_begin(chase, &cycle, HOPS);
    for (size_t i = 0; i < all->count && right; i += GST_BATCH_COPIES) {
        if (!gst_chase_time(chase, all->run, all->samples + i, &right, st))
            return false;
    }
    return !right
           || gst_run_metric_between(all->run, &gst_latency_of_peer, pair->source->lane.gpu->index,
                                     pair->target->lane.gpu->index, "", all->samples, all->count,
                                     gst_latency_bar_of_load(pair->target->lane.gpu), st);
}

/* --- copies: queued by the source --- */

static bool copy_over(struct gst_lane *lane, void *data, size_t page, struct gst_status *st)
{
    const struct pair *pair = data;
    const size_t at = page * GST_SMALL_COPY_BYTES;

    return GST_CU(lane->env, st, cuMemcpyPeerAsync,
                  (pair->target->in + at, pair->target->lane.gpu->context, pair->source->out + at,
                   pair->source->lane.gpu->context, GST_SMALL_COPY_BYTES, lane->stream));
}

/* A new pattern at the source, and nothing of it at the target. */
static bool prepare(const struct pair *pair, struct gst_status *st)
{
    struct gst_lane *source = &pair->source->lane;
    struct gst_lane *target = &pair->target->lane;
    struct all *all = pair->all;

    gst_latency_pages_renew(&all->pages);
    return use(all, pair->to, st)
           && blame(pair->target,
                    target->path->fill(target, pair->target->in, POISON, GST_SMALL_COPIES_BYTES, st)
                        && target->path->wait(target, st),
                    st)
           && use(all, pair->from, st)
           && blame(pair->source,
                    source->path->upload(source, pair->source->out, all->pages.source,
                                         GST_SMALL_COPIES_BYTES, st),
                    st);
}

/* Fetched by the other side: what the source sees of the target is no proof that it arrived. */
static bool fetch(const struct pair *pair, struct gst_status *st)
{
    struct gst_lane *target = &pair->target->lane;

    return use(pair->all, pair->to, st)
           && blame(pair->target,
                    target->path->download(target, pair->all->pages.target, pair->target->in,
                                           GST_SMALL_COPIES_BYTES, st)
                        && target->path->wait(target, st),
                    st);
}

static bool verify(const struct pair *pair)
{
    struct gst_run *run = pair->all->run;
    const struct gst_latency_pages *pages = &pair->all->pages;
    const int from = pair->source->lane.gpu->index;
    const int to = pair->target->lane.gpu->index;
    const size_t n = pair->all->count * GST_SMALL_COPY_BYTES / sizeof(uint32_t);
    const struct gst_pattern_mismatch found = gst_pattern_compare(pages->target, n, pages->seed);

    gst_run_count_elements(run, n);
    if (found.count > 0)
        return gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, to, false,
                             "%zu of %zu words are wrong after single pages from gpu %d to gpu %d, "
                             "the first is %zu: 0x%08x, expected 0x%08x%s",
                             found.count, n, from, to, found.first, found.observed, found.expected,
                             found.is_one_bit ? " (one bit flipped)" : "");
    gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, to, true,
                  "%zu of %zu words are right after single pages from gpu %d to gpu %d", n, n, from,
                  to);
    return gst_run_check(run, GST_SUITE_BLIND, to,
                         gst_pattern_catches_planted(pages->target, n, pages->seed),
                         "one planted error among %zu words from gpu %d to gpu %d", n, from, to);
}

static bool time_copies(const struct pair *pair, struct gst_status *st)
{
    struct all *all = pair->all;
    struct gst_small_copies *small = &pair->source->small;
    struct pair data = *pair;
    const int from = pair->source->lane.gpu->index;
    const int to = pair->target->lane.gpu->index;

    gst_run_phase(all->run, from, "copy single pages to gpu %d", to);
    gst_chase_begin(small->lead, &pair->source->cycle, HOPS);
    if (!prepare(pair, st)
        || !blame(pair->source,
                  gst_small_copies_time(small, copy_over, &data, all->samples, all->count, st), st)
        || !fetch(pair, st))
        return false;
    return !verify(pair)
           || gst_run_metric_between(all->run, &gst_latency_of_peer_copy, from, to,
                                     gst_latency_variant(small), all->samples, all->count,
                                     gst_latency_bar_of_page(NAN, ""), st);
}

/* --- all pairs --- */

static bool test_pair(struct all *all, int from, int to, struct gst_status *st)
{
    const struct pair pair = { all, from, to, &all->seats[from], &all->seats[to] };

    return use(all, to, st) && blame(pair.target, time_loads(&pair, st), st)
           && time_copies(&pair, st);
}

static bool test_pairs(struct all *all, struct gst_status *st)
{
    for (int from = 0; from < all->peers.count; from++) {
        for (int to = 0; to < all->peers.count; to++) {
            if (from != to && gst_peers_are_direct(&all->peers, from, to)
                && !test_pair(all, from, to, st))
                return false;
        }
    }
    return true;
}

static bool open_all(struct all *all, uint32_t seed, struct gst_status *st)
{
    for (int i = 0; i < all->peers.count; i++) {
        struct gst_gpu *gpu = &all->run->env->gpus[i];

        if (!gst_latency_seat_open(&all->seats[i], all->run, gpu, GST_LATENCY_FAR_BYTES,
                                   seed + ((uint32_t)i << 16), st)) {
            st->gpu = gpu->index;
            return false;
        }
    }
    return gst_latency_pages_init(&all->pages, all->run->env, seed, st);
}

static void close_all(struct all *all)
{
    struct gst_status ignored = GST_STATUS_INIT;

    gst_latency_pages_release(&all->pages, all->run->env);
    for (int i = all->peers.count; i-- > 0;) {
        if (all->seats[i].lane.path != NULL && use(all, i, &ignored))
            gst_latency_seat_close(&all->seats[i]);
    }
}

bool gst_latency_peers(struct gst_run *run, uint32_t seed, struct gst_status *st)
{
    struct all *all = calloc(1, sizeof(*all));
    bool ok;

    if (all == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu bytes", sizeof(*all));
    all->run = run;
    all->count = gst_latency_batches(run) * GST_BATCH_COPIES;
    gst_run_phase(run, GST_NO_GPU, "ask which GPUs reach each other");
    ok = gst_peers_open(&all->peers, run->env, st);
    if (ok && gst_peers_direct_count(&all->peers) > 0) {
        ok = open_all(all, seed, st) && test_pairs(all, st);
        close_all(all);
    }
    gst_peers_close(&all->peers, run->env);
    free(all);
    return ok;
}
