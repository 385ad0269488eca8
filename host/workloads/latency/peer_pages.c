/* SPDX-License-Identifier: Apache-2.0 */
/* There, and back by way of the host; see peer_pages.h. */
#include "workloads/latency/peer_pages.h"

#include "gpu/error.h"
#include "gpu/pattern.h"
#include "workloads/copy_buffers.h"

#define POISON      0xff
#define POISON_WORD 0xffffffffU

static bool blame(const struct gst_latency_seat *seat, bool ok, struct gst_status *st)
{
    if (!ok)
        st->gpu = seat->lane.gpu->index;
    return ok;
}

bool gst_peer_pages_prepare(struct gst_peer_pages *pair, struct gst_status *st)
{
    struct gst_lane *source = &pair->source->lane;
    struct gst_lane *target = &pair->target->lane;

    gst_latency_pages_renew(pair->pages);
    return gst_latency_seat_use(pair->target, st)
           && blame(pair->target,
                    target->path->fill(target, pair->target->in, POISON, GST_SMALL_COPIES_BYTES, st)
                        && target->path->wait(target, st),
                    st)
           && gst_latency_seat_use(pair->source, st)
           && blame(pair->source,
                    source->path->upload(source, pair->source->out, pair->pages->source,
                                         GST_SMALL_COPIES_BYTES, st),
                    st);
}

bool gst_peer_pages_copy(struct gst_lane *lane, void *data, size_t page, struct gst_status *st)
{
    const struct gst_peer_pages *pair = data;
    const size_t at = page * GST_SMALL_COPY_BYTES;

    return blame(
        pair->source,
        GST_CU(lane->env, st, cuMemcpyPeerAsync,
               (pair->target->in + at, pair->target->lane.gpu->context, pair->source->out + at,
                pair->source->lane.gpu->context, GST_SMALL_COPY_BYTES, lane->stream)),
        st);
}

static bool fetch(struct gst_peer_pages *pair, struct gst_latency_seat *seat, uint64_t pointer,
                  struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    return gst_latency_seat_use(seat, st)
           && blame(
               seat,
               lane->path->download(lane, pair->pages->target, pointer, GST_SMALL_COPIES_BYTES, st)
                   && lane->path->wait(lane, st),
               st);
}

static bool send(struct gst_peer_pages *pair, struct gst_latency_seat *seat, uint64_t pointer,
                 struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;

    return gst_latency_seat_use(seat, st)
           && blame(
               seat,
               lane->path->upload(lane, pointer, pair->pages->source, GST_SMALL_COPIES_BYTES, st),
               st);
}

static bool is_right_at(const struct gst_peer_pages *pair, const struct gst_latency_seat *seat,
                        const char *what)
{
    return gst_copy_check(pair->run, seat->lane.gpu->index, pair->pages->target,
                          gst_small_copies_bytes(pair->samples), pair->pages->seed, what);
}

/* Are the GPUs' own memories right? What is wrong there is told by the check. */
static bool try_by_host(struct gst_peer_pages *pair, bool *is_right, struct gst_status *st)
{
    *is_right = false;
    if (!fetch(pair, pair->source, pair->source->out, st))
        return false;
    if (!is_right_at(pair, pair->source, "in the pages that were to be copied"))
        return true;
    if (!send(pair, pair->target, pair->target->in, st)
        || !fetch(pair, pair->target, pair->target->in, st))
        return false;
    *is_right = is_right_at(pair, pair->target, "after a copy of the pages through the host");
    return true;
}

static bool explain(struct gst_peer_pages *pair, const struct gst_pattern_mismatch *found,
                    bool is_dropped, enum gst_peer_pages_data *data, struct gst_status *st)
{
    const int from = pair->source->lane.gpu->index;
    bool is_right = false;

    *data = GST_PEER_PAGES_WRONG;
    if (!try_by_host(pair, &is_right, st))
        return false;
    if (is_right && is_dropped)
        *data = GST_PEER_PAGES_DROPPED;
    else if (is_right)
        gst_run_check(pair->run, GST_HARDWARE_PEER_COPY_CORRUPTED, from, false,
                      "%zu words are wrong after single pages from gpu %d to gpu %d, the first is "
                      "%zu: 0x%08x, expected 0x%08x%s; through the host they arrive",
                      found->count, from, pair->target->lane.gpu->index, found->first,
                      found->observed, found->expected,
                      found->is_one_bit ? " (one bit flipped)" : "");
    return true;
}

bool gst_peer_pages_verify(struct gst_peer_pages *pair, enum gst_peer_pages_data *data,
                           struct gst_status *st)
{
    const size_t n = gst_small_copies_bytes(pair->samples) / sizeof(uint32_t);
    const int from = pair->source->lane.gpu->index;
    const int to = pair->target->lane.gpu->index;
    uint32_t *words = pair->pages->target;
    struct gst_pattern_mismatch found;
    bool is_caught = false;

    if (!fetch(pair, pair->target, pair->target->in, st))
        return false;
    found = gst_pattern_compare_planted(words, n, pair->pages->seed, &is_caught);
    gst_run_count_elements(pair->run, n);
    if (found.count > 0)
        return explain(pair, &found, gst_words_are_all(words, n, POISON_WORD), data, st);
    gst_run_check(pair->run, GST_HARDWARE_PEER_COPY_CORRUPTED, from, true,
                  "%zu of %zu words are right after single pages from gpu %d to gpu %d", n, n, from,
                  to);
    *data = gst_run_check(pair->run, GST_SUITE_BLIND, from, is_caught,
                          "one planted error among %zu words from gpu %d to gpu %d", n, from, to)
                ? GST_PEER_PAGES_RIGHT
                : GST_PEER_PAGES_WRONG;
    return true;
}
