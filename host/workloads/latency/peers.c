/* SPDX-License-Identifier: Apache-2.0 */
/* A seat at each GPU, then pair by pair; see peers.h. */
#include "workloads/latency/peers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gpu/error.h"
#include "gpu/peers.h"
#include "workloads/latency/seat.h"
#include "workloads/latency/peer_pages.h"

/* Loads for one sample: about 0.3 ms, so that 240 pairs of 16 GPUs take seconds. What a launch
 * costs beside its loads, about 2 us, is under one percent of that. */
#define HOPS 256U

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
    size_t pairs;         /* that were tried */
    size_t pairs_dropped; /* that lose what is copied, the first of them: */
    int dropped_from, dropped_to;
    double samples[GST_SAMPLES_MAX];
};

/* The target's thread walks through the source's memory. */
static bool time_loads(struct all *all, struct gst_latency_seat *source,
                       struct gst_latency_seat *target, struct gst_status *st)
{
    const int from = source->lane.gpu->index;
    const int to = target->lane.gpu->index;
    struct gst_cycle cycle = source->cycle;
    char what[48];
    bool right = true;

    snprintf(what, sizeof(what), "the memory of gpu %d", from);
    cycle.what = what;
    cycle.wrong = GST_HARDWARE_PEER_COPY_CORRUPTED;
    gst_run_phase(all->run, to, "load %s", what);
    gst_chase_begin(&target->chase, &cycle, HOPS);
    if (!gst_latency_seat_use(target, st))
        return false;
    if (!gst_chase_time(&target->chase, all->run, all->samples, all->run->samples, &right, st)) {
        st->gpu = to;
        return false;
    }
    return !right
           || gst_run_metric_between(all->run, &gst_latency_of_peer, from, to,
                                     gst_latency_variant(target->chase.was_ahead), all->samples,
                                     all->run->samples, gst_latency_bar_of_load(target->lane.gpu),
                                     st);
}

static void note_dropped(struct all *all, int from, int to)
{
    if (all->pairs_dropped++ > 0)
        return;
    all->dropped_from = from;
    all->dropped_to = to;
}

/* Queued by the source. No bar: the wires' rate is no bound for what takes a microsecond to start,
 * and over NVLinks of several kinds there is no figure of a class. */
static bool time_copies(struct all *all, struct gst_latency_seat *source,
                        struct gst_latency_seat *target, bool *right, struct gst_status *st)
{
    struct gst_peer_pages pair = { all->run, source, target, &all->pages, all->run->samples };
    const int from = source->lane.gpu->index;
    const int to = target->lane.gpu->index;
    enum gst_peer_pages_data data = GST_PEER_PAGES_WRONG;

    gst_run_phase(all->run, from, "copy single pages to gpu %d", to);
    gst_chase_begin(source->small.lead, &source->cycle, HOPS);
    if (!gst_peer_pages_prepare(&pair, st))
        return false;
    if (!gst_small_copies_time(&source->small, gst_peer_pages_copy, &pair, all->samples,
                               all->run->samples, st)) {
        st->gpu = from;
        return false;
    }
    if (!gst_peer_pages_verify(&pair, &data, st))
        return false;
    if (data == GST_PEER_PAGES_DROPPED)
        note_dropped(all, from, to);
    *right = data == GST_PEER_PAGES_RIGHT;
    return !*right
           || gst_run_metric_between(all->run, &gst_latency_of_peer_copy, from, to,
                                     gst_latency_variant(source->small.was_ahead), all->samples,
                                     all->run->samples, gst_latency_bar_of_page(NAN, ""), st);
}

static bool is_meant(const struct all *all, int from, int to)
{
    return from != to && gst_peers_are_direct(&all->peers, from, to)
           && gst_pairs_have(all->run->pairs, all->run->env->gpus[from].index,
                             all->run->env->gpus[to].index);
}

static bool test_pairs(struct all *all, struct gst_status *st)
{
    for (int from = 0; from < all->peers.count; from++) {
        for (int to = 0; to < all->peers.count; to++) {
            bool right = true;

            if (!is_meant(all, from, to))
                continue;
            all->pairs++;
            if (!time_copies(all, &all->seats[from], &all->seats[to], &right, st)
                || (right && !time_loads(all, &all->seats[from], &all->seats[to], st)))
                return false;
        }
    }
    return true;
}

/* One cause, however many pairs: where it is all of them, it is no GPU's. */
static void tell_dropped(struct all *all)
{
    if (all->pairs_dropped > 0)
        gst_run_check(all->run, GST_HOST_PEER_COPIES_DROPPED,
                      all->pairs_dropped == all->pairs ? GST_NO_GPU : all->dropped_from, false,
                      "single pages of %zu of %zu pairs arrive nowhere, the first from gpu %d to "
                      "gpu %d, and are called a success; through the host they arrive",
                      all->pairs_dropped, all->pairs, all->dropped_from, all->dropped_to);
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
        if (all->seats[i].lane.path != NULL && gst_latency_seat_use(&all->seats[i], &ignored))
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
    gst_run_phase(run, GST_NO_GPU, "ask which GPUs reach each other");
    ok = gst_peers_open(&all->peers, run->env, st);
    if (ok && gst_peers_direct_count(&all->peers) > 0) {
        ok = open_all(all, seed, st) && test_pairs(all, st);
        tell_dropped(all);
        close_all(all);
    }
    gst_peers_close(&all->peers, run->env);
    free(all);
    return ok;
}
