/* SPDX-License-Identifier: Apache-2.0 */
/* A chase round a cycle of one node; see cover.h. */
#include "collective/cover.h"

#include <math.h>

#include "gpu/copy_batch.h"
#include "kernels/latency.h"

/* A millisecond and more of the fastest loads (about 250 ns from the L2 cache), so that the two
 * microseconds between two events beside them do not count. */
#define MEASURED_HOPS 4096U

/* Of zeros: its only node says that the next is itself. */
#define NODE_BYTES (GST_LATENCY_NODE_WORDS * sizeof(uint32_t))

/* From the least to the most. */
#define GROWTH_MOST (GST_COVER_MOST_S / GST_COVER_LEAST_S)

uint32_t gst_cover_hops(double hop_s, double host_s, double growth)
{
    const double needed_s = fmax(GST_COVER_FACTOR * host_s, GST_COVER_LEAST_S);
    const double wanted_s = fmin(needed_s * growth, GST_COVER_MOST_S);

    return hop_s > 0 ? (uint32_t)fmin(ceil(wanted_s / hop_s), UINT32_MAX) : MEASURED_HOPS;
}

static bool launch(struct gst_cover *cover, CUstream stream, uint32_t hops, struct gst_status *st)
{
    struct gst_latency_args args = {
        .words = (uint32_t *)(uintptr_t)cover->memory,
        .result = (struct gst_latency_result *)(uintptr_t)(cover->memory + NODE_BYTES),
        .nodes = 1,
        .step = 1,
        .hops = hops,
    };
    struct gst_lane there = cover->lane;

    there.stream = stream;
    return there.path->launch(&there, 1, 1, &args, st);
}

/* The first launch loads the kernel, and brings clocks up. */
bool gst_cover_measure(struct gst_cover *cover, struct gst_status *st)
{
    struct gst_lane *lane = &cover->lane;
    double seconds = 0;

    if (!launch(cover, lane->stream, MEASURED_HOPS, st) || !gst_lane_start(lane, st)
        || !launch(cover, lane->stream, MEASURED_HOPS, st) || !gst_lane_stop(lane, &seconds, st))
        return false;
    cover->hop_s = seconds / MEASURED_HOPS;
    cover->hops = 1;
    return true;
}

bool gst_cover_open(struct gst_cover *cover, const struct gst_lane *covered, struct gst_status *st)
{
    struct gst_lane *lane = &cover->lane;
    const size_t bytes = NODE_BYTES + sizeof(struct gst_latency_result);

    *cover = (struct gst_cover){ .growth = 1 };
    if (gst_lane_open(lane, covered->path, covered->env, covered->gpu, st)
        && gst_lane_load_kernel(lane, "latency", "latency_chase", st)
        && lane->path->alloc(lane, bytes, &cover->memory, st)
        && lane->path->fill(lane, cover->memory, 0, bytes, st) && gst_cover_measure(cover, st))
        return true;
    gst_cover_close(cover);
    return false;
}

void gst_cover_close(struct gst_cover *cover)
{
    if (cover->lane.path != NULL) {
        cover->lane.path->free(&cover->lane, cover->memory);
        gst_lane_close(&cover->lane);
    }
    *cover = (struct gst_cover){ .memory = 0 };
}

void gst_cover_fit(struct gst_cover *cover, double host_s)
{
    cover->host_s = host_s;
    cover->hops = gst_cover_hops(cover->hop_s, host_s, cover->growth);
}

void gst_cover_grow(struct gst_cover *cover)
{
    cover->growth = fmin(cover->growth * 1.5, GROWTH_MOST);
    gst_cover_fit(cover, cover->host_s);
}

bool gst_cover_queue(struct gst_cover *cover, const struct gst_lane *covered, struct gst_status *st)
{
    struct gst_lane there = cover->lane;

    there.stream = covered->stream;
    return launch(cover, covered->stream, cover->hops, st)
           && there.path->mark(&there, cover->lane.stop, st);
}

bool gst_cover_has_ended(const struct gst_cover *cover)
{
    return gst_batch_has_passed(&cover->lane, cover->lane.stop);
}
