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
#include "gpu/numa_maps.h"
#include "run/run.h"
#include "workloads/host_copy.h"
#include "workloads/host_copy/turn.h"
#include "workloads/list.h"

/* No number of these is held against siblings: others on the host take a tenth and more of one
 * GPU's rate, and leave the next alone (seen, as AGAIN_MOST below). */
static const struct gst_metric_def to_gpu = {
    .name = GST_HOST_COPY_TO_GPU,
    .title = "pinned host memory to GPU",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def from_gpu = {
    .name = GST_HOST_COPY_FROM_GPU,
    .title = "GPU to pinned host memory",
    .unit = GST_UNIT_BYTES_PER_S,
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

/* What GPU and slot can do, and the links above them. */
static struct gst_bar bar_of(const struct gst_host_turn *turn)
{
    struct gst_bar bar =
        gst_uplinks_bar_alone(turn->way.uplinks, turn->way.place, gst_host_way_bar(&turn->way));

    if (turn->buffers.bytes < GST_BARS_FROM_BYTES || !turn->was_ahead)
        bar = gst_bar_without_floor(bar);
    return bar;
}

static bool report_one(const struct gst_host_turn *turn, const struct gst_metric_def *def,
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

static bool report(const struct gst_host_turn *turn, struct gst_status *st)
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

/* Takes the better samples of both, and says so where that changes the verdict. */
static void keep_better(struct gst_host_turn *turn, const char *what, double *samples,
                        const double *again, double floor)
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

static bool is_below(const struct gst_host_turn *turn, double floor)
{
    return gst_stats_of(turn->each.to_gpu, turn->samples).median < floor
           || gst_stats_of(turn->each.from_gpu, turn->samples).median < floor;
}

static bool measure_again(struct gst_host_turn *turn, bool *right, struct gst_status *st)
{
    const double floor = bar_of(turn).floor; /* NaN, below which nothing is, where there is none */

    for (size_t n = 0; n < AGAIN_MOST && *right && is_below(turn, floor); n++) {
        for (size_t done = 0; done < turn->samples && *right; done += turn->batch.copies) {
            turn->batch.copies = gst_batch_copies_of(turn->samples - done);
            if (!gst_host_turn_time_each_way(turn, &turn->again, done, right, st))
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
static bool test_gpu(struct gst_host_turn *turn, struct gst_status *st)
{
    bool right = true;

    if (!gst_host_turn_copy_once(turn, &right, st))
        return false;
    while (turn->samples < turn->run->samples && right) {
        turn->batch.copies = gst_batch_copies_of(turn->run->samples - turn->samples);
        if (!gst_host_turn_time_each_way(turn, &turn->each, turn->samples, &right, st)
            || (right && turn->run->is_full && !gst_host_turn_time_both_ways(turn, &right, st))
            || (right && turn->run->is_full && !gst_host_turn_time_pageable(turn, &right, st)))
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

/* The size that was used on the last GPU that was tested, for the summary. */
static size_t take_turn(struct gst_run *run, struct gst_gpu *gpu, struct gst_uplinks *uplinks)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_host_turn turn = { .run = run, .was_ahead = true };
    size_t bytes;

    turn.seed = gst_run_pattern_seed(run) + ((uint32_t)gpu->index << 16);
    if (!gst_host_turn_open(&turn, gpu, uplinks, &st) || !test_gpu(&turn, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    bytes = turn.buffers.bytes;
    gst_host_turn_close(&turn);
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
