/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latency: how long one access of a GPU to its own memory and to the host's takes, and one small
 * copy each way. The accesses are a walk in which each load tells the place of the next; the copies
 * are of one page. Both are queued ahead, so that the host's own pace is not in the numbers.
 */
#include <stdio.h>
#include <string.h>

#include "core/class_bars.h"
#include "core/units.h"
#include "gpu/error.h"
#include "gpu/near.h"
#include "gpu/pattern.h"
#include "gpu/pcie.h"
#include "run/run.h"
#include "workloads/chase.h"
#include "workloads/copy_buffers.h"
#include "workloads/list.h"
#include "workloads/small_copies.h"

/* Loads for one sample: two to three milliseconds, at about 0.5 us and 1 us each. */
#define LOCAL_HOPS 4096U
#define HOST_HOPS  2048U

#define MIB             (1ULL << 20)
#define SIMULATED_BYTES (16 * MIB)
/* As nvbandwidth's test of this kind: small enough for every host's budget of pinned memory. Host
 * memory is read anew whatever the size, since its loads are volatile. */
#define HOST_BYTES ((size_t)(2 * MIB))

/* The memory that is walked through, and as much again that is written over to take its lines out
 * of the cache. */
#define BUFFERS       2
#define SHARE_OF_FREE (BUFFERS + 1)

#define POISON 0xff

/* No load is answered before the cache next to the processor could: 28 clocks on a V100, the fewest
 * from Kepler on (Jia et al., arXiv 1804.06826, table 3.1), and 32 on a T4 (the same authors, arXiv
 * 1903.07486). A bound for nonsense: real memory takes ten times as long. */
#define L1_CLOCKS 28

#define METRIC(place, label)                                                                       \
    {                                                                                              \
        .name = "latency." place, .title = label, .unit = GST_UNIT_SECONDS,                        \
    }

static const struct gst_metric_def local = METRIC("local", "one load of the GPU's own memory");
static const struct gst_metric_def host = METRIC("host", "one load of pinned host memory");
static const struct gst_metric_def copy_to_gpu = METRIC("copy-to-gpu", "one page to the GPU");
static const struct gst_metric_def copy_from_gpu = METRIC("copy-from-gpu", "one page to the host");

static const struct gst_metric_def *const metrics[] = {
    &local, &host, &copy_to_gpu, &copy_from_gpu, NULL,
};

/* One GPU's turn. */
struct turn {
    struct gst_run *run;
    struct gst_lane lane;
    struct gst_chase chase;
    struct gst_small_copies small;
    struct gst_near near;
    struct gst_cycle in_gpu;
    struct gst_cycle in_host;
    uint64_t flush;       /* GPU memory of the size of the cycle */
    uint64_t pages;       /* GPU memory for small copies */
    uint32_t *host_words; /* pinned, of the cycle */
    uint32_t *source;     /* pinned, for small copies */
    uint32_t *target;
    uint32_t seed;                                      /* of the pattern last used */
    size_t count;                                       /* of samples */
    double samples[GST_SAMPLES_MAX + GST_BATCH_COPIES]; /* the last batch is taken as a whole */
};

/* --- bars --- */

static struct gst_bar bar_of_load(const struct gst_gpu *gpu)
{
    struct gst_bar bar = gst_bar_none();

    bar.lower_is_better = true;
    if (gpu->clock_khz <= 0)
        return bar;
    bar.ceiling = L1_CLOCKS / (gpu->clock_khz * 1e3);
    snprintf(bar.ceiling_from, sizeof(bar.ceiling_from), "%d clocks of the nearest cache",
             L1_CLOCKS);
    return bar;
}

/* A page is not quicker than its bytes cross the link. */
static struct gst_bar bar_of_copy(const struct turn *turn)
{
    struct gst_bar bar = gst_bar_none();
    struct gst_pcie_link link;

    if (gst_gpu_is_behind_pcie(turn->run->env, turn->lane.gpu)
        && gst_pcie_link_read(turn->run->env, turn->lane.gpu, &link))
        bar = gst_bar_without_floor(gst_bar_of_pcie(link.generation_max, link.width_max));
    bar.lower_is_better = true;
    bar.ceiling = GST_SMALL_COPY_BYTES / bar.ceiling;
    return bar;
}

/* --- loads --- */

static bool time_loads(struct turn *turn, const struct gst_metric_def *def,
                       const struct gst_cycle *cycle, uint32_t hops, const char *what, bool *right,
                       struct gst_status *st)
{
    const int gpu = turn->lane.gpu->index;

    gst_run_phase(turn->run, gpu, "load %s", what);
    gst_chase_begin(&turn->chase, cycle, hops);
    for (size_t i = 0; i < turn->count && *right; i += GST_BATCH_COPIES) {
        if (!gst_chase_time(&turn->chase, turn->run, what, turn->samples + i, right, st))
            return false;
    }
    return !*right
           || gst_run_metric(turn->run, def, gpu, "", turn->samples, turn->count,
                             bar_of_load(turn->lane.gpu), st);
}

/* --- copies --- */

static bool copy_in(struct gst_lane *lane, void *data, size_t slot, struct gst_status *st)
{
    const struct turn *turn = data;
    const size_t at = slot * GST_SMALL_COPY_BYTES;

    return lane->path->upload(lane, turn->pages + at, (const char *)turn->source + at,
                              GST_SMALL_COPY_BYTES, st);
}

static bool copy_out(struct gst_lane *lane, void *data, size_t slot, struct gst_status *st)
{
    const struct turn *turn = data;
    const size_t at = slot * GST_SMALL_COPY_BYTES;

    return lane->path->download(lane, (char *)turn->target + at, turn->pages + at,
                                GST_SMALL_COPY_BYTES, st);
}

/* A new pattern in the source, and none of its words anywhere else. */
static bool renew(struct turn *turn, struct gst_status *st)
{
    turn->seed++;
    gst_pattern_fill(turn->source, GST_SMALL_COPIES_BYTES / sizeof(uint32_t), turn->seed);
    memset(turn->target, POISON, GST_SMALL_COPIES_BYTES);
    return turn->lane.path->fill(&turn->lane, turn->pages, POISON, GST_SMALL_COPIES_BYTES, st);
}

static bool time_copies(struct turn *turn, const struct gst_metric_def *def, gst_small_copy copy,
                        const char *what, bool *right, struct gst_status *st)
{
    struct gst_lane *lane = &turn->lane;
    const bool is_out = copy == copy_out;

    gst_run_phase(turn->run, lane->gpu->index, "copy single pages %s", what);
    if (!renew(turn, st)
        || (is_out
            && !lane->path->upload(lane, turn->pages, turn->source, GST_SMALL_COPIES_BYTES, st))
        || !gst_small_copies_time(&turn->small, copy, turn, turn->samples, turn->count, st)
        || (!is_out
            && !lane->path->download(lane, turn->target, turn->pages, GST_SMALL_COPIES_BYTES, st))
        || !lane->path->wait(lane, st))
        return false;
    *right = gst_copy_check(
        turn->run, lane->gpu->index, turn->target, GST_SMALL_COPIES_BYTES, turn->seed,
        is_out ? "after single pages from the GPU" : "after single pages to the GPU");
    return !*right
           || gst_run_metric(turn->run, def, lane->gpu->index,
                             turn->small.was_ahead ? "" : "at the host's pace", turn->samples,
                             turn->count, bar_of_copy(turn), st);
}

static bool test_gpu(struct turn *turn, struct gst_status *st)
{
    bool right = true;

    return time_loads(turn, &local, &turn->in_gpu, LOCAL_HOPS, "the GPU's own memory", &right, st)
           && (!right
               || time_loads(turn, &host, &turn->in_host, HOST_HOPS, "host memory", &right, st))
           && (!right || time_copies(turn, &copy_to_gpu, copy_in, "to the GPU", &right, st))
           && (!right || time_copies(turn, &copy_from_gpu, copy_out, "to the host", &right, st));
}

/* --- memory --- */

/* Several times the cache, and less where memory is short: what is asked for is refused before. */
static bool nodes_for(const struct gst_run *run, struct gst_lane *lane, uint32_t *nodes,
                      struct gst_status *st)
{
    uint64_t bytes = run->size_bytes;
    size_t available = 0;
    size_t total = 0;

    if (bytes == 0)
        bytes = run->report->is_simulated
                    ? SIMULATED_BYTES
                    : 2 * (uint64_t)GST_GPU_L2_MULTIPLE * (uint64_t)lane->gpu->l2_bytes;
    if (!GST_CU(lane->env, st, cuMemGetInfo, (&available, &total)))
        return false;
    if (bytes > available / SHARE_OF_FREE)
        bytes = available / SHARE_OF_FREE;
    *nodes = gst_cycle_nodes(bytes);
    return true;
}

static bool pin(struct turn *turn, size_t bytes, uint32_t **words, struct gst_status *st)
{
    void *pinned = NULL;

    if (!GST_CU(turn->run->env, st, cuMemHostAlloc, (&pinned, bytes, CU_MEMHOSTALLOC_PORTABLE)))
        return false;
    *words = pinned;
    return true;
}

static bool make_host_cycle(struct turn *turn, struct gst_status *st)
{
    CUdeviceptr pointer = 0;

    if (!GST_CU(turn->run->env, st, cuMemHostGetDevicePointer, (&pointer, turn->host_words, 0)))
        return false;
    turn->in_host.pointer = pointer;
    turn->in_host.nodes = gst_cycle_nodes(HOST_BYTES);
    gst_cycle_link_host(turn->host_words, turn->in_host.nodes, turn->in_host.step);
    return true;
}

static bool pin_all(struct turn *turn, struct gst_status *st)
{
    bool ok;

    gst_near_begin(&turn->near, turn->run->env->root, turn->lane.gpu);
    ok = pin(turn, HOST_BYTES, &turn->host_words, st)
         && pin(turn, GST_SMALL_COPIES_BYTES, &turn->source, st)
         && pin(turn, GST_SMALL_COPIES_BYTES, &turn->target, st) && make_host_cycle(turn, st);
    gst_near_end(&turn->near);
    return ok;
}

static bool make_gpu_cycle(struct turn *turn, struct gst_status *st)
{
    struct gst_lane *lane = &turn->lane;
    const size_t bytes = turn->in_gpu.nodes * GST_CHASE_NODE_BYTES;

    return lane->path->alloc(lane, bytes, &turn->in_gpu.pointer, st)
           && lane->path->alloc(lane, bytes, &turn->flush, st)
           && lane->path->alloc(lane, GST_SMALL_COPIES_BYTES, &turn->pages, st)
           && gst_cycle_link_gpu(&turn->in_gpu, turn->run->env, lane->gpu, st)
           && lane->path->fill(lane, turn->flush, POISON, bytes, st);
}

static bool open_turn(struct turn *turn, struct gst_gpu *gpu, struct gst_status *st)
{
    gst_run_phase(turn->run, gpu->index, "open");
    if (!gst_lane_open(&turn->lane, &gst_driver_path, turn->run->env, gpu, st))
        return false;
    gst_run_phase(turn->run, gpu->index, "load kernels");
    if (!gst_chase_init(&turn->chase, &turn->lane, st))
        return false;
    turn->small = gst_small_copies_of(&turn->chase);
    gst_run_phase(turn->run, gpu->index, "allocate");
    return nodes_for(turn->run, &turn->lane, &turn->in_gpu.nodes, st) && pin_all(turn, st)
           && make_gpu_cycle(turn, st);
}

static void close_turn(struct turn *turn)
{
    void *const pinned[] = { turn->target, turn->source, turn->host_words };
    const uint64_t pointers[] = { turn->pages, turn->flush, turn->in_gpu.pointer };
    struct gst_status ignored = GST_STATUS_INIT;

    if (turn->lane.path == NULL)
        return;
    for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
        if (pinned[i] != NULL)
            GST_CU(turn->run->env, &ignored, cuMemFreeHost, (pinned[i]));
        turn->lane.path->free(&turn->lane, pointers[i]);
    }
    if (turn->chase.lane != NULL)
        gst_chase_release(&turn->chase);
    gst_lane_close(&turn->lane);
}

static void tell(const struct turn *turn)
{
    const struct gst_gpu *gpu = turn->lane.gpu;
    const size_t bytes = turn->in_gpu.nodes * GST_CHASE_NODE_BYTES;
    char walked[32], cache[32];

    gst_format(walked, sizeof(walked), (double)bytes, GST_UNIT_BYTES);
    gst_format(cache, sizeof(cache), (double)gpu->l2_bytes, GST_UNIT_BYTES);
    gst_report_fact_text(
        turn->run->report, gpu->index, "latency", "walked_through", "%s, %s", walked,
        gst_gpu_outgrows_cache(gpu, (double)bytes) ? "several times the L2"
                                                   : "which an L2 may hold in part");
}

static void take_turn(struct gst_run *run, struct gst_gpu *gpu)
{
    const uint32_t seed = (uint32_t)(run->seed ^ (run->seed >> 32)) + ((uint32_t)gpu->index << 16);
    struct gst_status st = GST_STATUS_INIT;
    struct turn turn = {
        .run = run,
        .seed = seed,
        .in_gpu.step = seed | 1,
        .in_host.step = seed | 1,
        .count = run->samples,
    };

    if (!open_turn(&turn, gpu, &st) || !test_gpu(&turn, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    tell(&turn);
    close_turn(&turn);
}

static bool run_latency(struct gst_run *run, struct gst_status *st)
{
    char gpus[24];
    (void)st; /* what fails on one GPU is reported for that GPU, and the others go on */

    for (int i = 0; i < run->env->gpu_count; i++)
        take_turn(run, &run->env->gpus[i]);
    gst_run_summary(run, "%s, every load and every page where it had to be",
                    gst_run_gpus(run, gpus, sizeof(gpus)));
    return true;
}

const struct gst_workload gst_workload_latency = {
    .name = "latency",
    .group = "bandwidth",
    .summary = "how long do one access to memory and one small copy take?",
    .passes_when = "every walk through memory ends where it has to, and every page arrives",
    .needs = { .gpus = 1, .kernels = true },
    .metrics = metrics,
    .timeout_s = 120,
    .size_buffers = BUFFERS,
    .takes_samples = true,
    .is_quick = true,
    .run = run_latency,
};
