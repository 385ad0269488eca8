/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, copying, timing and comparing; see turn.h. */
#include "workloads/host_copy/turn.h"

#include "gpu/pattern.h"
#include "workloads/host_copy/pageable.h"

#define PAGEABLE_SHARE 8

static bool copy_out(struct gst_lane *lane, void *data, struct gst_status *st)
{
    const struct gst_copy_buffers *buffers = data;

    return lane->path->download(lane, buffers->target, buffers->gpu_out, buffers->bytes, st);
}

/* A new pattern in the source; what the others hold is an older one, and differs in every word. */
static void renew(struct gst_host_turn *turn)
{
    turn->seed++;
    gst_pattern_fill(turn->buffers.source, turn->buffers.bytes / sizeof(uint32_t), turn->seed);
}

static bool is_right(struct gst_host_turn *turn, const uint32_t seed, const char *what)
{
    gst_run_phase(turn->run, turn->lane.gpu->index, "compare");
    return gst_copy_check(turn->run, turn->lane.gpu->index, turn->buffers.target,
                          turn->buffers.bytes, seed, what);
}

bool gst_host_turn_copy_once(struct gst_host_turn *turn, bool *right, struct gst_status *st)
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
static bool time_one_way(struct gst_host_turn *turn, gst_batch_copy copy, double *samples,
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

bool gst_host_turn_time_each_way(struct gst_host_turn *turn, struct gst_host_samples *each,
                                 size_t done, bool *right, struct gst_status *st)
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
bool gst_host_turn_time_both_ways(struct gst_host_turn *turn, bool *right, struct gst_status *st)
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
bool gst_host_turn_time_pageable(struct gst_host_turn *turn, bool *right, struct gst_status *st)
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

bool gst_host_turn_open(struct gst_host_turn *turn, struct gst_gpu *gpu,
                        struct gst_uplinks *uplinks, struct gst_status *st)
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

void gst_host_turn_close(struct gst_host_turn *turn)
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
