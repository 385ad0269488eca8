/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latency: how long one access of a GPU to its own memory and to the host's takes, and one small
 * copy each way; under --level full to its peers, too. The accesses are a walk in which each load
 * tells the place of the next; the copies are of one page. Both are queued ahead, so that the
 * host's own pace is not in the numbers.
 */
#include <stdio.h>

#include "core/class_bars.h"
#include "core/units.h"
#include "gpu/condition.h"
#include "gpu/error.h"
#include "gpu/near.h"
#include "gpu/pcie.h"
#include "run/run.h"
#include "workloads/copy_buffers.h"
#include "workloads/latency/peers.h"
#include "workloads/latency/seat.h"
#include "workloads/list.h"

/* Loads for one sample: about a millisecond, at 0.5 us and 1 us each. */
#define LOCAL_HOPS 2048U
#define HOST_HOPS  1024U

#define SIMULATED_BYTES (16ULL << 20)

#define POISON 0xff

#define METRIC(place, label)                                                                       \
    {                                                                                              \
        .name = "latency." place, .title = label, .unit = GST_UNIT_SECONDS,                        \
    }

/* The others depend on where the host's memory lies and how far the socket is. */
static const struct gst_metric_def local = {
    .name = "latency.local",
    .title = "one load of the GPU's own memory",
    .unit = GST_UNIT_SECONDS,
    .has_siblings = true,
};
static const struct gst_metric_def host = METRIC("host", "one load of pinned host memory");
static const struct gst_metric_def copy_to_gpu = METRIC("copy-to-gpu", "one page to the GPU");
static const struct gst_metric_def copy_from_gpu = METRIC("copy-from-gpu", "one page to the host");

static const struct gst_metric_def *const metrics[] = {
    &local, &host, &copy_to_gpu, &copy_from_gpu, &gst_latency_of_peer, &gst_latency_of_peer_copy,
    NULL,
};

/* One GPU's turn. */
struct turn {
    struct gst_run *run;
    struct gst_latency_seat seat;
    struct gst_latency_pages pages;
    struct gst_cycle in_host;
    uint32_t *host_words; /* pinned, of that cycle */
    struct gst_condition condition;
    double samples[GST_SAMPLES_MAX];
};

/* --- loads --- */

static bool time_loads(struct turn *turn, const struct gst_metric_def *def,
                       const struct gst_cycle *cycle, uint32_t hops, bool *right,
                       struct gst_status *st)
{
    const struct gst_gpu *gpu = turn->seat.lane.gpu;

    gst_run_phase(turn->run, gpu->index, "load %s", cycle->what);
    gst_chase_begin(&turn->seat.chase, cycle, hops);
    if (!gst_chase_time(&turn->seat.chase, turn->run, turn->samples, turn->run->samples, right, st))
        return false;
    if (!*right)
        return true;
    if (!gst_run_metric(turn->run, def, gpu->index, gst_latency_variant(turn->seat.chase.was_ahead),
                        turn->samples, turn->run->samples, gst_latency_bar_of_load(gpu), st))
        return false;
    gst_run_explain_by(turn->run, &turn->condition);
    return true;
}

/* --- copies --- */

static bool copy_in(struct gst_lane *lane, void *data, size_t page, struct gst_status *st)
{
    const struct turn *turn = data;
    const size_t at = page * GST_SMALL_COPY_BYTES;

    return lane->path->upload(lane, turn->seat.in + at, (const char *)turn->pages.source + at,
                              GST_SMALL_COPY_BYTES, st);
}

static bool copy_out(struct gst_lane *lane, void *data, size_t page, struct gst_status *st)
{
    const struct turn *turn = data;
    const size_t at = page * GST_SMALL_COPY_BYTES;

    return lane->path->download(lane, (char *)turn->pages.target + at, turn->seat.out + at,
                                GST_SMALL_COPY_BYTES, st);
}

static struct gst_bar bar_of_copy(const struct turn *turn)
{
    struct gst_bar bar = gst_bar_none();
    struct gst_pcie_link link;

    if (gst_gpu_is_behind_pcie(turn->run->env, turn->seat.lane.gpu)
        && gst_pcie_link_read(turn->run->env, turn->seat.lane.gpu, &link))
        bar = gst_bar_of_pcie(link.generation_max, link.width_max);
    return gst_latency_bar_of_page(bar.ceiling, bar.ceiling_from);
}

static bool report_copies(struct turn *turn, const struct gst_metric_def *def, const char *what,
                          bool *right, struct gst_status *st)
{
    const int gpu = turn->seat.lane.gpu->index;

    *right = gst_copy_check(turn->run, gpu, turn->pages.target,
                            gst_small_copies_bytes(turn->run->samples), turn->pages.seed, what);
    if (!*right)
        return true;
    if (!gst_run_metric(turn->run, def, gpu, gst_latency_variant(turn->seat.small.was_ahead),
                        turn->samples, turn->run->samples, bar_of_copy(turn), st))
        return false;
    gst_run_explain_by(turn->run, &turn->condition);
    return true;
}

static bool time_copies_in(struct turn *turn, bool *right, struct gst_status *st)
{
    struct gst_lane *lane = &turn->seat.lane;

    gst_run_phase(turn->run, lane->gpu->index, "copy single pages to the GPU");
    gst_latency_pages_renew(&turn->pages);
    return lane->path->fill(lane, turn->seat.in, POISON, GST_SMALL_COPIES_BYTES, st)
           && gst_small_copies_time(&turn->seat.small, copy_in, turn, turn->samples,
                                    turn->run->samples, st)
           && lane->path->download(lane, turn->pages.target, turn->seat.in, GST_SMALL_COPIES_BYTES,
                                   st)
           && lane->path->wait(lane, st)
           && report_copies(turn, &copy_to_gpu, "after single pages to the GPU", right, st);
}

static bool time_copies_out(struct turn *turn, bool *right, struct gst_status *st)
{
    struct gst_lane *lane = &turn->seat.lane;

    gst_run_phase(turn->run, lane->gpu->index, "copy single pages from the GPU");
    gst_latency_pages_renew(&turn->pages);
    return lane->path->upload(lane, turn->seat.out, turn->pages.source, GST_SMALL_COPIES_BYTES, st)
           && gst_small_copies_time(&turn->seat.small, copy_out, turn, turn->samples,
                                    turn->run->samples, st)
           && report_copies(turn, &copy_from_gpu, "after single pages from the GPU", right, st);
}

static bool test_gpu(struct turn *turn, struct gst_status *st)
{
    bool right = true;

    return time_loads(turn, &local, &turn->seat.cycle, LOCAL_HOPS, &right, st)
           && (!right || time_loads(turn, &host, &turn->in_host, HOST_HOPS, &right, st))
           && (!right || time_copies_in(turn, &right, st))
           && (!right || time_copies_out(turn, &right, st));
}

/* --- one GPU after the other --- */

static bool make_host_cycle(struct turn *turn, struct gst_status *st)
{
    CUdeviceptr pointer = 0;

    if (!gst_latency_pin(turn->run->env, GST_LATENCY_FAR_BYTES, &turn->host_words, st)
        || !GST_CU(turn->run->env, st, cuMemHostGetDevicePointer, (&pointer, turn->host_words, 0)))
        return false;
    turn->in_host = (struct gst_cycle){ .pointer = pointer,
                                        .nodes = gst_cycle_nodes(GST_LATENCY_FAR_BYTES),
                                        .step = turn->seat.cycle.step,
                                        .what = "host memory",
                                        .wrong = GST_HARDWARE_WRONG_RESULT };
    gst_cycle_link_host(turn->host_words, turn->in_host.nodes, turn->in_host.step);
    return true;
}

static bool open_turn(struct turn *turn, struct gst_gpu *gpu, uint32_t seed, struct gst_status *st)
{
    const uint64_t beyond_cache = 2 * (uint64_t)GST_GPU_L2_MULTIPLE * (uint64_t)gpu->l2_bytes;
    const uint64_t usual = turn->run->report->is_simulated ? SIMULATED_BYTES : beyond_cache;
    const uint64_t bytes = turn->run->size_bytes == 0 ? usual : turn->run->size_bytes;
    struct gst_near near;
    bool ok;

    if (!gst_latency_seat_open(&turn->seat, turn->run, gpu, bytes, seed, st))
        return false;
    gst_near_begin(&near, turn->run->env->root, gpu);
    ok =
        gst_latency_pages_init(&turn->pages, turn->run->env, seed, st) && make_host_cycle(turn, st);
    gst_near_end(&near);
    return ok;
}

static void close_turn(struct turn *turn)
{
    gst_latency_unpin(turn->run->env, turn->host_words);
    gst_latency_pages_release(&turn->pages, turn->run->env);
    gst_latency_seat_close(&turn->seat);
}

static void tell(const struct turn *turn)
{
    const struct gst_gpu *gpu = turn->seat.lane.gpu;
    const size_t bytes = turn->seat.cycle.nodes * GST_CHASE_NODE_BYTES;
    char walked[32];

    gst_format(walked, sizeof(walked), (double)bytes, GST_UNIT_BYTES);
    gst_report_fact_text(
        turn->run->report, gpu->index, "latency", "walked_through", "%s, %s", walked,
        gst_gpu_outgrows_cache(gpu, (double)bytes) ? "several times the L2"
                                                   : "which an L2 may hold in part");
}

static void take_turn(struct gst_run *run, struct gst_gpu *gpu, uint32_t seed)
{
    struct gst_status st = GST_STATUS_INIT;
    struct turn turn = { .run = run };
    bool ok = open_turn(&turn, gpu, seed, &st);

    if (ok) {
        tell(&turn);
        gst_condition_begin(&turn.condition, run->env, gpu);
        turn.seat.chase.condition = &turn.condition;
        ok = test_gpu(&turn, &st);
    }
    if (ok) {
        gst_condition_end(&turn.condition, run->env, gpu);
        gst_condition_report(&turn.condition, run->env, gpu, run->workload->name);
    } else {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    close_turn(&turn);
}

static bool run_latency(struct gst_run *run, struct gst_status *st)
{
    const uint32_t seed = gst_run_pattern_seed(run);
    char gpus[24];

    /* What fails on one GPU is reported for that GPU, and the others go on. */
    for (int i = 0; i < run->env->gpu_count; i++)
        take_turn(run, &run->env->gpus[i], seed + ((uint32_t)i << 16));
    gst_run_summary(run, "%s, every load and every page where it had to be",
                    gst_run_gpus(run, gpus, sizeof(gpus)));
    if (run->is_full || (run->pairs != NULL && run->pairs->count > 0))
        return gst_latency_peers(run, seed, st);
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
    .size_buffers = GST_LATENCY_BUFFERS,
    .takes_samples = true,
    .takes_pairs = true,
    .is_quick = true,
    .run = run_latency,
};
