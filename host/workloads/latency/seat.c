/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, kernels and bounds; see seat.h. */
#include "workloads/latency/seat.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "core/utf8.h"
#include "gpu/error.h"
#include "gpu/pattern.h"

/* Others may need memory, too. */
#define SHARE_OF_FREE (GST_LATENCY_BUFFERS + 1)

#define POISON 0xff

/* No load is answered before the cache next to the processor could: 28 clocks on a V100, the fewest
 * from Kepler on (Jia et al., arXiv 1804.06826, table 3.1), and 32 on a T4 (the same authors, arXiv
 * 1903.07486). A bound for nonsense: real memory takes ten times as long. */
#define L1_CLOCKS 28

static bool nodes_for(struct gst_lane *lane, uint64_t bytes, uint32_t *nodes, struct gst_status *st)
{
    size_t available = 0;
    size_t total = 0;

    if (!GST_CU(lane->env, st, cuMemGetInfo, (&available, &total)))
        return false;
    *nodes = gst_cycle_nodes(bytes < available / SHARE_OF_FREE ? bytes : available / SHARE_OF_FREE);
    return true;
}

/* Writes over as much memory again: what the cache holds of the cycle has to make room. */
static bool flush_cache(struct gst_lane *lane, size_t bytes, struct gst_status *st)
{
    uint64_t other = 0;
    bool ok = lane->path->alloc(lane, bytes, &other, st)
              && lane->path->fill(lane, other, POISON, bytes, st) && lane->path->wait(lane, st);

    lane->path->free(lane, other);
    return ok;
}

static bool fill_memory(struct gst_latency_seat *seat, struct gst_status *st)
{
    struct gst_lane *lane = &seat->lane;
    const size_t bytes = seat->cycle.nodes * GST_CHASE_NODE_BYTES;

    return lane->path->alloc(lane, bytes, &seat->cycle.pointer, st)
           && lane->path->alloc(lane, GST_SMALL_COPIES_BYTES, &seat->in, st)
           && lane->path->alloc(lane, GST_SMALL_COPIES_BYTES, &seat->out, st)
           && gst_cycle_link_gpu(&seat->cycle, lane->env, lane->gpu, st)
           && flush_cache(lane, bytes, st);
}

bool gst_latency_seat_open(struct gst_latency_seat *seat, struct gst_run *run, struct gst_gpu *gpu,
                           uint64_t bytes, uint32_t seed, struct gst_status *st)
{
    *seat = (struct gst_latency_seat){
        .cycle = { .step = seed | 1,
                   .what = "the GPU's own memory",
                   .wrong = GST_HARDWARE_WRONG_RESULT },
    };
    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&seat->lane, &gst_driver_path, run->env, gpu, st))
        return false;
    gst_run_phase(run, gpu->index, "load kernels");
    if (gst_chase_init(&seat->chase, &seat->lane, st)) {
        seat->small = gst_small_copies_of(&seat->chase);
        gst_run_phase(run, gpu->index, "allocate");
        if (nodes_for(&seat->lane, bytes, &seat->cycle.nodes, st) && fill_memory(seat, st))
            return true;
    }
    gst_latency_seat_close(seat);
    return false;
}

void gst_latency_seat_close(struct gst_latency_seat *seat)
{
    const uint64_t pointers[] = { seat->out, seat->in, seat->cycle.pointer };

    for (size_t i = 0; seat->lane.path != NULL && i < sizeof(pointers) / sizeof(pointers[0]); i++)
        seat->lane.path->free(&seat->lane, pointers[i]);
    if (seat->chase.lane != NULL)
        gst_chase_release(&seat->chase);
    gst_lane_close(&seat->lane);
    *seat = (struct gst_latency_seat){ .in = 0 };
}

bool gst_latency_seat_use(struct gst_latency_seat *seat, struct gst_status *st)
{
    return gst_gpu_use(seat->lane.env, seat->lane.gpu, st);
}

bool gst_latency_pin(struct gst_env *env, size_t bytes, uint32_t **words, struct gst_status *st)
{
    struct gst_status failure = GST_STATUS_INIT;
    void *pinned = NULL;
    char text[32];

    if (GST_CU(env, &failure, cuMemHostAlloc, (&pinned, bytes, CU_MEMHOSTALLOC_PORTABLE))) {
        *words = pinned;
        return true;
    }
    if (failure.code != CUDA_ERROR_OUT_OF_MEMORY) {
        *st = failure;
        return false;
    }
    return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "the driver does not pin %s: %.150s",
                    gst_format(text, sizeof(text), (double)bytes, GST_UNIT_BYTES), failure.cause);
}

void gst_latency_unpin(struct gst_env *env, uint32_t *words)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (words != NULL)
        GST_CU(env, &ignored, cuMemFreeHost, (words));
}

bool gst_latency_pages_init(struct gst_latency_pages *pages, struct gst_env *env, uint32_t seed,
                            struct gst_status *st)
{
    *pages = (struct gst_latency_pages){ .seed = seed };
    if (gst_latency_pin(env, GST_SMALL_COPIES_BYTES, &pages->source, st)
        && gst_latency_pin(env, GST_SMALL_COPIES_BYTES, &pages->target, st))
        return true;
    gst_latency_pages_release(pages, env);
    return false;
}

void gst_latency_pages_release(struct gst_latency_pages *pages, struct gst_env *env)
{
    gst_latency_unpin(env, pages->target);
    gst_latency_unpin(env, pages->source);
    *pages = (struct gst_latency_pages){ .seed = 0 };
}

void gst_latency_pages_renew(struct gst_latency_pages *pages)
{
    pages->seed++;
    gst_pattern_fill(pages->source, GST_SMALL_COPIES_BYTES / sizeof(uint32_t), pages->seed);
    memset(pages->target, POISON, GST_SMALL_COPIES_BYTES);
}

struct gst_bar gst_latency_bar_of_load(const struct gst_gpu *gpu)
{
    struct gst_bar bar = gst_bar_none();

    bar.lower_is_better = true;
    if (gpu->clock_khz <= 0)
        return bar;
    bar.ceiling = L1_CLOCKS / (gpu->clock_khz * 1e3);
    snprintf(bar.ceiling_from, sizeof(bar.ceiling_from), "%d clocks, the nearest cache", L1_CLOCKS);
    return bar;
}

struct gst_bar gst_latency_bar_of_page(double bytes_per_s, const char *from)
{
    struct gst_bar bar = gst_bar_none();

    bar.lower_is_better = true;
    if (!isfinite(bytes_per_s) || bytes_per_s <= 0)
        return bar;
    bar.ceiling = GST_SMALL_COPY_BYTES / bytes_per_s;
    gst_utf8_copy(bar.ceiling_from, sizeof(bar.ceiling_from), from);
    return bar;
}

const char *gst_latency_variant(bool was_ahead)
{
    return was_ahead ? "" : "at the host's pace";
}
