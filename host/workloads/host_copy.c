/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-copy: how fast pinned memory gets to each GPU and back, one GPU at a time, one direction at
 * a time; under --level full also both at once, and pageable memory. Judged by what GPU and slot
 * could do over PCIe; a link that is slower than that is read while data moves, and named.
 */
#include <stdio.h>
#include <string.h>

#include "core/class_bars.h"
#include "core/stats.h"
#include "core/units.h"
#include "gpu/copy_batch.h"
#include "gpu/numa_maps.h"
#include "gpu/pattern.h"
#include "run/run.h"
#include "workloads/copy_buffers.h"
#include "workloads/host_copy.h"
#include "workloads/host_way.h"
#include "workloads/list.h"
#include "workloads/pageable.h"

#define PAGEABLE_SHARE 8

/* Floors are of copies of this size and more: below, the cost of starting a copy tells. */
#define JUDGED_FROM_BYTES ((size_t)16 << 20)

static const struct gst_metric_def to_gpu = {
    .name = GST_HOST_COPY_TO_GPU,
    .title = "pinned host memory to GPU",
    .unit = GST_UNIT_BYTES_PER_S,
    .has_siblings = true,
};

static const struct gst_metric_def from_gpu = {
    .name = GST_HOST_COPY_FROM_GPU,
    .title = "GPU to pinned host memory",
    .unit = GST_UNIT_BYTES_PER_S,
    .has_siblings = true,
};

static const struct gst_metric_def both_ways = {
    .name = "host-copy.both-ways",
    .title = "pinned, to GPU and from GPU at once, sum",
    .unit = GST_UNIT_BYTES_PER_S,
};

/* A test of its own, with names of its own: no floor for pinned memory may judge it. */
static const struct gst_metric_def pageable_to_gpu = {
    .name = "host-copy.pageable-to-gpu",
    .title = "pageable host memory to GPU",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def pageable_from_gpu = {
    .name = "host-copy.pageable-from-gpu",
    .title = "GPU to pageable host memory",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def *const metrics[] = {
    &to_gpu, &from_gpu, &both_ways, &pageable_to_gpu, &pageable_from_gpu, NULL,
};

/* What somebody else does on the host takes a sixth of the rate of a healthy link, for a tenth of a
 * second or some (seen on an H100 in a virtual machine: 45 of otherwise 55 GB/s): a number below
 * its floor is measured again, up to so many times, and the best counts. What is wrong with the
 * link or with where memory is stays wrong. */
#define AGAIN_MOST 2

/* Samples of each direction, one at a time. */
struct each_way {
    double to_gpu[GST_SAMPLES_MAX];
    double from_gpu[GST_SAMPLES_MAX];
};

/* One GPU's turn. */
struct turn {
    struct gst_run *run;
    struct gst_lane lane;  /* to the GPU, and back where one goes at a time */
    struct gst_lane other; /* back, where both go at once */
    struct gst_batch batch;
    struct gst_batch other_batch;
    struct gst_copy_buffers buffers;
    struct gst_host_way way;
    bool was_ahead;
    uint32_t seed; /* of the pattern last used */
    size_t samples;
    struct each_way each;
    struct each_way again;
    double both_ways[GST_SAMPLES_MAX];
    double pageable_to_gpu[GST_SAMPLES_MAX];
    double pageable_from_gpu[GST_SAMPLES_MAX];
};

static bool copy_out(struct gst_lane *lane, void *data, struct gst_status *st)
{
    const struct gst_copy_buffers *buffers = data;

    return lane->path->download(lane, buffers->target, buffers->gpu_out, buffers->bytes, st);
}

/* A new pattern in the source; what the others hold is an older one, and differs in every word. */
static void renew(struct turn *turn)
{
    turn->seed++;
    gst_pattern_fill(turn->buffers.source, turn->buffers.bytes / sizeof(uint32_t), turn->seed);
}

static bool is_right(struct turn *turn, const uint32_t seed, const char *what)
{
    gst_run_phase(turn->run, turn->lane.gpu->index, "compare");
    return gst_copy_check(turn->run, turn->lane.gpu->index, turn->buffers.target,
                          turn->buffers.bytes, seed, what);
}

/* One copy each way before anything is timed: it leaves a known pattern everywhere, and a GPU that
 * loses data shows by its first write, not by the last of twenty. */
static bool copy_once(struct turn *turn, bool *right, struct gst_status *st)
{
    struct gst_lane *lane = &turn->lane;

    gst_run_phase(turn->run, lane->gpu->index, "copy once, there and back");
    gst_pattern_fill(turn->buffers.target, turn->buffers.bytes / sizeof(uint32_t), turn->seed);
    renew(turn);
    if (!gst_copy_in(lane, &turn->buffers, st) || !gst_copy_back(lane, &turn->buffers, st)
        || !lane->path->wait(lane, st))
        return false;
    *right = is_right(turn, turn->seed, "after one copy there and back");
    return true;
}

/* The link is read while the copies that were queued are on their way. */
static bool time_one_way(struct turn *turn, gst_batch_copy copy, double *samples,
                         struct gst_status *st)
{
    double seconds[GST_BATCH_COPIES];

    if (!gst_batch_queue(&turn->batch, copy, &turn->buffers, st))
        return false;
    gst_host_way_sample(&turn->way);
    if (!gst_batch_finish(&turn->batch, seconds, st))
        return false;
    turn->was_ahead = turn->was_ahead && turn->batch.was_ahead;
    for (size_t i = 0; i < turn->batch.copies; i++)
        samples[i] = (double)turn->buffers.bytes / seconds[i];
    return true;
}

/* In as many copies as the batch has, behind the first `done` samples. */
static bool time_each_way(struct turn *turn, struct each_way *each, size_t done, bool *right,
                          struct gst_status *st)
{
    const int gpu = turn->lane.gpu->index;

    renew(turn);
    gst_run_phase(turn->run, gpu, "copy to the GPU");
    if (!time_one_way(turn, gst_copy_in, each->to_gpu + done, st))
        return false;
    gst_run_phase(turn->run, gpu, "copy from the GPU");
    if (!time_one_way(turn, gst_copy_back, each->from_gpu + done, st))
        return false;
    *right = is_right(turn, turn->seed, "after timed copies there and back");
    return true;
}

/* What comes out was put there before; what goes in is another pattern, and fetched afterwards. */
static bool time_both_ways(struct turn *turn, bool *right, struct gst_status *st)
{
    struct gst_copy_buffers *buffers = &turn->buffers;
    struct gst_lane *lane = &turn->lane;
    double seconds[GST_BATCH_COPIES];
    uint32_t seed_out;

    gst_run_phase(turn->run, lane->gpu->index, "copy both ways at once");
    renew(turn);
    seed_out = turn->seed;
    if (!lane->path->upload(lane, buffers->gpu_out, buffers->source, buffers->bytes, st)
        || !lane->path->wait(lane, st))
        return false;
    renew(turn);
    if (!gst_batch_queue_pair(&turn->batch, gst_copy_in, &turn->other_batch, copy_out, buffers, st)
        || !gst_batch_finish_pair(&turn->batch, &turn->other_batch, seconds, st))
        return false;
    for (size_t i = 0; i < turn->batch.copies; i++)
        turn->both_ways[turn->samples + i] = 2 * (double)buffers->bytes / seconds[i];
    *right = is_right(turn, seed_out, "after copies from the GPU, while others went there");
    if (!*right)
        return true;
    if (!gst_copy_back(lane, buffers, st) || !lane->path->wait(lane, st))
        return false;
    *right = is_right(turn, turn->seed, "after copies to the GPU, while others came back");
    return true;
}

/* Pageable copies take several times as long, and are not judged: an eighth is copied. */
static bool time_pageable(struct turn *turn, bool *right, struct gst_status *st)
{
    const struct gst_pageable_test test = {
        .gpu_pointer = turn->buffers.gpu_in,
        .bytes = turn->buffers.bytes / PAGEABLE_SHARE,
        .count = turn->batch.copies,
        .to_gpu = turn->pageable_to_gpu + turn->samples,
        .from_gpu = turn->pageable_from_gpu + turn->samples,
    };

    turn->seed++;
    gst_run_phase(turn->run, turn->lane.gpu->index, "copy pageable memory");
    return gst_pageable_time(&test, turn->run, &turn->lane, turn->seed, right, st);
}

/* What GPU and slot can do, and the links above them. */
static struct gst_bar bar_of(const struct turn *turn)
{
    struct gst_bar bar =
        gst_uplinks_bar_alone(turn->way.uplinks, turn->way.place, gst_host_way_bar(&turn->way));

    if (turn->buffers.bytes < JUDGED_FROM_BYTES || !turn->was_ahead)
        bar = gst_bar_without_floor(bar);
    return bar;
}

static bool report_one(const struct turn *turn, const struct gst_metric_def *def,
                       const char *variant, const double *samples, struct gst_bar bar,
                       struct gst_status *st)
{
    char why[GST_CAUSE_SIZE];

    if (!gst_run_metric(turn->run, def, turn->lane.gpu->index, variant, samples, turn->samples, bar,
                        st))
        return false;
    gst_run_explain_metric(turn->run, gst_host_way_explain(&turn->way, true),
                           gst_host_way_describe(&turn->way, true, why, sizeof(why)));
    return true;
}

static bool report(const struct turn *turn, struct gst_status *st)
{
    const struct gst_bar bar = bar_of(turn);
    const struct gst_bar alone = gst_bar_without_floor(bar);
    struct gst_bar both = alone;
    struct gst_report *to = turn->run->report;
    const int gpu = turn->lane.gpu->index;
    char text[128];

    /* Memory controllers differ too much for a floor that holds everywhere; each direction has its
     * own wires. */
    both.ceiling *= 2;
    if (turn->way.link.generation != 0)
        gst_report_fact_text(to, gpu, "nvml", "pcie_link_under_load", "%s",
                             gst_pcie_link_describe(&turn->way.link, text, sizeof(text)));
    gst_report_fact_text(to, gpu, "host-copy", "copied_from", "%s",
                         gst_near_describe(&turn->way.near, text, sizeof(text)));
    if (turn->run->env->root != NULL
        && gst_numa_maps_pages(turn->run->env->root, turn->buffers.source, text, sizeof(text)))
        gst_report_fact_text(to, gpu, "host-copy", "pinned_pages_by_node", "%s", text);
    if (turn->buffers.limit[0] != '\0')
        gst_report_fact_text(to, gpu, "host-copy", "copied_less_than_wanted", "%zu bytes: %s",
                             turn->buffers.bytes, turn->buffers.limit);
    if (!report_one(turn, &to_gpu, "pinned", turn->each.to_gpu, bar, st)
        || !report_one(turn, &from_gpu, "pinned", turn->each.from_gpu, bar, st))
        return false;
    if (!turn->run->is_full)
        return true;
    return report_one(turn, &both_ways, "pinned", turn->both_ways, both, st)
           && report_one(turn, &pageable_to_gpu, NULL, turn->pageable_to_gpu, alone, st)
           && report_one(turn, &pageable_from_gpu, NULL, turn->pageable_from_gpu, alone, st);
}

/* --- again --- */

static size_t copies_of_batch(size_t left)
{
    return left < GST_BATCH_COPIES ? left : GST_BATCH_COPIES;
}

/* Takes the better samples of both, and says so where that changes the verdict. */
static void keep_better(struct turn *turn, const char *what, double *samples, const double *again,
                        double floor)
{
    const size_t n = turn->samples;
    const double before = gst_stats_of(samples, n).median;
    const double now = gst_stats_of(again, n).median;
    char first[32], second[32], least[32];

    if (!(before < floor) || !(now > before))
        return;
    memcpy(samples, again, n * sizeof(*samples));
    if (now < floor)
        return;
    gst_run_check(turn->run, GST_HOST_COPIES_DISTURBED, turn->lane.gpu->index, false,
                  "%s: %s at first, floor %s, and %s when measured again", what,
                  gst_format(first, sizeof(first), before, GST_UNIT_BYTES_PER_S),
                  gst_format(least, sizeof(least), floor, GST_UNIT_BYTES_PER_S),
                  gst_format(second, sizeof(second), now, GST_UNIT_BYTES_PER_S));
}

static bool is_below(const struct turn *turn, double floor)
{
    return gst_stats_of(turn->each.to_gpu, turn->samples).median < floor
           || gst_stats_of(turn->each.from_gpu, turn->samples).median < floor;
}

static bool measure_again(struct turn *turn, bool *right, struct gst_status *st)
{
    const double floor = bar_of(turn).floor; /* NaN, below which nothing is, where there is none */

    for (size_t n = 0; n < AGAIN_MOST && *right && is_below(turn, floor); n++) {
        for (size_t done = 0; done < turn->samples && *right; done += turn->batch.copies) {
            turn->batch.copies = copies_of_batch(turn->samples - done);
            if (!time_each_way(turn, &turn->again, done, right, st))
                return false;
        }
        if (!*right)
            return true;
        keep_better(turn, "to the GPU", turn->each.to_gpu, turn->again.to_gpu, floor);
        keep_better(turn, "from the GPU", turn->each.from_gpu, turn->again.from_gpu, floor);
    }
    return true;
}

/* A rate of wrong data is worth nothing: what was found is told, and no number. */
static bool test_gpu(struct turn *turn, struct gst_status *st)
{
    bool right = true;

    if (!copy_once(turn, &right, st))
        return false;
    while (turn->samples < turn->run->samples && right) {
        turn->batch.copies = copies_of_batch(turn->run->samples - turn->samples);
        if (!time_each_way(turn, &turn->each, turn->samples, &right, st)
            || (right && turn->run->is_full && !time_both_ways(turn, &right, st))
            || (right && turn->run->is_full && !time_pageable(turn, &right, st)))
            return false;
        turn->samples += turn->batch.copies;
    }
    if (right && !measure_again(turn, &right, st))
        return false;
    gst_condition_end(&turn->way.condition, turn->run->env, turn->lane.gpu);
    if (right && !report(turn, st))
        return false;
    gst_condition_report(&turn->way.condition, turn->run->env, turn->lane.gpu,
                         turn->run->workload->name);
    return true;
}

static bool open_turn(struct turn *turn, struct gst_gpu *gpu, struct gst_uplinks *uplinks,
                      struct gst_status *st)
{
    struct gst_env *env = turn->run->env;
    bool ok;

    gst_run_phase(turn->run, gpu->index, "open");
    if (!gst_lane_open(&turn->lane, &gst_driver_path, env, gpu, st)
        || !gst_lane_open(&turn->other, &gst_driver_path, env, gpu, st)
        || !gst_batch_init(&turn->batch, &turn->lane, st)
        || !gst_batch_init(&turn->other_batch, &turn->other, st))
        return false;
    gst_host_way_begin(&turn->way, env, (size_t)(gpu - env->gpus), uplinks);
    gst_run_phase(turn->run, gpu->index, "allocate");
    gst_near_begin(&turn->way.near, env->root, gpu);
    ok = gst_copy_buffers_init(&turn->buffers, turn->run, &turn->lane, st);
    gst_near_end(&turn->way.near);
    return ok;
}

static void close_turn(struct turn *turn)
{
    if (turn->lane.path != NULL)
        gst_copy_buffers_release(&turn->buffers, &turn->lane);
    if (turn->other_batch.lane != NULL)
        gst_batch_release(&turn->other_batch);
    if (turn->batch.lane != NULL)
        gst_batch_release(&turn->batch);
    gst_lane_close(&turn->other);
    gst_lane_close(&turn->lane);
}

/* The size that was used on the last GPU that was tested, for the summary. */
static size_t take_turn(struct gst_run *run, struct gst_gpu *gpu, struct gst_uplinks *uplinks)
{
    struct gst_status st = GST_STATUS_INIT;
    struct turn turn = { .run = run, .was_ahead = true };
    size_t bytes;

    turn.seed = (uint32_t)(run->seed ^ (run->seed >> 32)) + ((uint32_t)gpu->index << 16);
    if (!open_turn(&turn, gpu, uplinks, &st) || !test_gpu(&turn, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    bytes = turn.buffers.bytes;
    close_turn(&turn);
    return bytes;
}

static bool run_host_copy(struct gst_run *run, struct gst_status *st)
{
    char gpus[24], least[32];
    size_t bytes = SIZE_MAX;
    struct gst_uplinks uplinks;
    (void)st; /* what fails on one GPU is reported for that GPU, and the others go on */

    gst_uplinks_read(&uplinks, run->env);
    for (int i = 0; i < run->env->gpu_count; i++) {
        const size_t used = take_turn(run, &run->env->gpus[i], &uplinks);

        bytes = used < bytes ? used : bytes;
    }
    gst_format(least, sizeof(least), (double)bytes, GST_UNIT_BYTES);
    gst_run_summary(run, "%s, %s a copy%s, every word compared",
                    gst_run_gpus(run, gpus, sizeof(gpus)), least,
                    bytes < gst_copy_bytes_wanted(run) ? " (less than wanted)" : "");
    return true;
}

const struct gst_workload gst_workload_host_copy = {
    .name = "host-copy",
    .group = "bandwidth",
    .summary = "how fast does pinned host memory get to each GPU, and back?",
    .passes_when = "each direction is as fast as PCIe of that generation and width, and every word "
                   "arrives",
    .needs = { .gpus = 1 },
    .metrics = metrics,
    .timeout_s = 180,
    .size_buffers = 2,
    .takes_samples = true,
    .is_quick = true,
    .run = run_host_copy,
};
