/* SPDX-License-Identifier: Apache-2.0 */
/* One sample, and again with a longer lead if the host was too slow; see small_copies.h. */
#include "workloads/latency/small_copies.h"

#include "gpu/error.h"

/* A walk takes about half a microsecond a hop or more, a call of the host one or two: 64 copies are
 * queued within the first of these leads, or one that is a little longer. The last, about 30 ms, is
 * for a host that was busy with something else; one that launches with CUDA_LAUNCH_BLOCKING is
 * behind any. */
#define LEAD_HOPS_FIRST 128U
#define LEAD_HOPS_LAST  65536U

/* After the kernel the first copy waits for another engine of the GPU to take over. */
#define WARM_UP_COPIES 4

size_t gst_small_copies_bytes(size_t samples)
{
    return (samples < GST_SMALL_COPIES_PAGES ? samples : GST_SMALL_COPIES_PAGES)
           * GST_SMALL_COPY_BYTES;
}

struct gst_small_copies gst_small_copies_of(struct gst_chase *lead)
{
    return (
        struct gst_small_copies){ .lead = lead, .lead_hops = LEAD_HOPS_FIRST, .was_ahead = true };
}

static bool copy_many(struct gst_lane *lane, gst_small_copy copy, void *data, size_t page,
                      int count, struct gst_status *st)
{
    for (int i = 0; i < count; i++) {
        if (!copy(lane, data, page, st))
            return false;
    }
    return true;
}

static bool take_sample(struct gst_small_copies *copies, gst_small_copy copy, void *data,
                        size_t page, double *seconds, bool *was_ahead, struct gst_status *st)
{
    struct gst_lane *lane = copies->lead->lane;

    if (!gst_chase_lead(copies->lead, copies->lead_hops, st)
        || !copy_many(lane, copy, data, page, WARM_UP_COPIES, st) || !gst_lane_start(lane, st)
        || !copy_many(lane, copy, data, page, GST_SMALL_COPIES, st)
        || !lane->path->mark(lane, lane->stop, st))
        return false;
    *was_ahead = !gst_batch_has_passed(lane, lane->start);
    if (!lane->path->wait(lane, st) || !lane->path->elapsed(lane, seconds, st))
        return false;
    *seconds /= GST_SMALL_COPIES;
    return true;
}

bool gst_small_copies_time(struct gst_small_copies *copies, gst_small_copy copy, void *data,
                           double *seconds, size_t count, struct gst_status *st)
{
    size_t i = 0;

    while (i < count) {
        bool was_ahead = false;

        if (!take_sample(copies, copy, data, i % GST_SMALL_COPIES_PAGES, &seconds[i], &was_ahead,
                         st))
            return false;
        if (!was_ahead && copies->lead_hops < LEAD_HOPS_LAST) {
            copies->lead_hops += copies->lead_hops / 2;
            continue;
        }
        copies->was_ahead = copies->was_ahead && was_ahead;
        i++;
    }
    return true;
}
