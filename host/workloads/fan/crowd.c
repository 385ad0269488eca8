/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, memory, copies in step and alone; see crowd.h. */
#include "workloads/fan/crowd.h"

#include <string.h>

#include "core/stats.h"
#include "gpu/pattern.h"
#include "workloads/host_copy.h"

#define SMALLEST_BYTES ((size_t)1 << 20)

/* Patterns that no other workload uses: none of theirs may pass for what is copied here. */
#define SEED_OFFSET 0x5fa00000U

static const struct {
    const char *phase;
    gst_batch_copy copy;
    const char *alone; /* the metric of one GPU alone */
} ways[GST_CROWD_WAYS] = {
    [GST_CROWD_TO_GPUS] = { "copy to all GPUs at once", gst_copy_in, GST_HOST_COPY_TO_GPU },
    [GST_CROWD_TO_HOST] = { "copy from all GPUs at once", gst_copy_back, GST_HOST_COPY_FROM_GPU },
};

static int gpu_of(const struct gst_crowd_member *member)
{
    return member->lane.gpu->index;
}

/* A GPU that cannot be used is reported, and the others go on without it. */
static void open_members(struct gst_crowd *crowd)
{
    struct gst_env *env = crowd->run->env;

    for (int i = 0; i < env->gpu_count; i++) {
        struct gst_crowd_member *member = &crowd->members[crowd->count];
        struct gst_gpu *gpu = &env->gpus[i];
        struct gst_status st = GST_STATUS_INIT;

        gst_run_phase(crowd->run, gpu->index, "open");
        if (!gst_lane_open(&member->lane, &gst_driver_path, env, gpu, &st)) {
            st.gpu = gpu->index;
            gst_report_status(crowd->run->report, &st);
            continue;
        }
        gst_host_way_begin(&member->way, env, (size_t)i, &crowd->uplinks);
        member->seed =
            gst_run_pattern_seed(crowd->run) + SEED_OFFSET + ((uint32_t)gpu->index << 12);
        crowd->count++;
    }
}

static void release_buffers(struct gst_crowd *crowd)
{
    struct gst_status ignored = GST_STATUS_INIT;

    for (size_t i = 0; i < crowd->count; i++) {
        struct gst_crowd_member *member = &crowd->members[i];

        if (gst_gpu_use(member->lane.env, member->lane.gpu, &ignored))
            gst_copy_buffers_release(&member->buffers, &member->lane);
    }
}

static bool allocate_one(struct gst_crowd *crowd, size_t i, size_t wanted, struct gst_status *st)
{
    struct gst_crowd_member *member = &crowd->members[i];
    struct gst_lane *lane = &member->lane;
    bool ok;

    gst_run_phase(crowd->run, gpu_of(member), "allocate");
    gst_near_begin(&member->way.near, lane->env->root, lane->gpu);
    ok = gst_gpu_use(lane->env, lane->gpu, st)
         && gst_copy_buffers_init_of(&member->buffers, wanted, crowd->count - i, lane, st);
    gst_near_end(&member->way.near);
    if (!ok)
        st->gpu = gpu_of(member);
    return ok;
}

static bool allocate_all(struct gst_crowd *crowd, size_t wanted, struct gst_status *st)
{
    crowd->bytes = wanted;
    for (size_t i = 0; i < crowd->count; i++) {
        if (!allocate_one(crowd, i, wanted, st)) {
            release_buffers(crowd);
            return false;
        }
        if (crowd->members[i].buffers.bytes < crowd->bytes)
            crowd->bytes = crowd->members[i].buffers.bytes;
    }
    /* Copies of a step are of one size. */
    for (size_t i = 0; i < crowd->count; i++)
        crowd->members[i].buffers.bytes = crowd->bytes;
    return true;
}

/* What a process may pin can be used up before the last GPU has had any of it. */
static bool allocate(struct gst_crowd *crowd, struct gst_status *st)
{
    size_t wanted = gst_copy_bytes_wanted(crowd->run);
    struct gst_status failure = GST_STATUS_INIT;

    while (!allocate_all(crowd, wanted, &failure)) {
        if (failure.finding != GST_SUITE_NO_HOST_MEMORY || wanted <= SMALLEST_BYTES) {
            *st = failure;
            return false;
        }
        gst_status_clear(&failure);
        wanted = wanted / 2 / sizeof(uint32_t) * sizeof(uint32_t);
    }
    return true;
}

/* A new pattern in every source; what the targets hold is an older one. */
static void renew(struct gst_crowd *crowd)
{
    const size_t words = crowd->bytes / sizeof(uint32_t);

    for (size_t i = 0; i < crowd->count; i++) {
        struct gst_crowd_member *member = &crowd->members[i];

        gst_run_phase(crowd->run, gpu_of(member), "write the pattern");
        member->seed++;
        gst_pattern_fill(member->buffers.source, words, member->seed);
    }
}

static bool compare(struct gst_crowd *crowd, const char *what)
{
    bool right = true;

    for (size_t i = 0; i < crowd->count; i++) {
        struct gst_crowd_member *member = &crowd->members[i];

        gst_run_phase(crowd->run, gpu_of(member), "compare");
        right = gst_copy_check(crowd->run, gpu_of(member), member->buffers.target, crowd->bytes,
                               member->seed, what)
                && right;
    }
    return right;
}

static bool queue_once(struct gst_crowd_member *member, struct gst_status *st)
{
    return gst_gpu_use(member->lane.env, member->lane.gpu, st)
           && gst_copy_in(&member->lane, &member->buffers, st)
           && gst_copy_back(&member->lane, &member->buffers, st);
}

/* One copy each way before anything is timed: it leaves a known pattern everywhere, and a GPU that
 * loses data shows by its first write, not by the last of twenty. */
static bool copy_once(struct gst_crowd *crowd, bool *right, struct gst_status *st)
{
    for (size_t i = 0; i < crowd->count; i++) {
        struct gst_crowd_member *member = &crowd->members[i];

        gst_run_phase(crowd->run, gpu_of(member), "write the pattern");
        gst_pattern_fill(member->buffers.target, crowd->bytes / sizeof(uint32_t), member->seed);
    }
    renew(crowd);
    for (size_t i = 0; i < crowd->count; i++) {
        struct gst_crowd_member *member = &crowd->members[i];

        gst_run_phase(crowd->run, gpu_of(member), "copy once, there and back");
        if (!queue_once(member, st) || !member->lane.path->wait(&member->lane, st)) {
            st->gpu = gpu_of(member);
            return false;
        }
    }
    *right = compare(crowd, "after one copy there and back");
    return true;
}

static bool time_way(struct gst_crowd *crowd, enum gst_crowd_way way, struct gst_status *st)
{
    gst_run_phase(crowd->run, GST_NO_GPU, "%s", ways[way].phase);
    if (!gst_together_queue(&crowd->together, ways[way].copy, st))
        return false;
    for (size_t i = 0; i < crowd->count; i++)
        gst_host_way_sample(&crowd->members[i].way);
    if (!gst_together_finish(&crowd->together, st))
        return false;
    crowd->was_ahead = crowd->was_ahead && crowd->together.was_ahead;
    for (size_t i = 0; i < crowd->count; i++) {
        for (size_t n = 0; n < crowd->together.copies; n++)
            crowd->members[i].rates[way][crowd->samples + n] =
                (double)crowd->bytes / crowd->streams[i].seconds[n];
    }
    return true;
}

static bool measure_at_once(struct gst_crowd *crowd, bool *right, struct gst_status *st)
{
    if (!copy_once(crowd, right, st))
        return false;
    while (crowd->samples < crowd->run->samples && *right) {
        crowd->together.copies = gst_batch_copies_of(crowd->run->samples - crowd->samples);
        renew(crowd);
        if (!time_way(crowd, GST_CROWD_TO_GPUS, st) || !time_way(crowd, GST_CROWD_TO_HOST, st))
            return false;
        *right = compare(crowd, "after copies of all GPUs at once");
        crowd->samples += crowd->together.copies;
    }
    return true;
}

/* What host-copy has measured in this run, NULL if it has not. */
static const struct gst_metric *find_alone(const struct gst_crowd *crowd,
                                           const struct gst_crowd_member *member, const char *name)
{
    const struct gst_report *report = crowd->run->report;

    for (size_t i = 0; i < report->metric_count; i++) {
        const struct gst_metric *metric = &report->metrics[i];

        if (metric->src_gpu == gpu_of(member) && strcmp(metric->def->name, name) == 0)
            return metric;
    }
    return NULL;
}

static bool time_alone(struct gst_crowd *crowd, struct gst_crowd_member *member,
                       enum gst_crowd_way way, struct gst_status *st)
{
    const struct gst_metric *metric = find_alone(crowd, member, ways[way].alone);
    double seconds[GST_BATCH_COPIES];
    struct gst_batch batch;
    bool ok;

    if (metric != NULL) {
        member->alone[way] = metric->value;
        return true;
    }
    gst_run_phase(crowd->run, gpu_of(member), "copy alone");
    if (!gst_gpu_use(member->lane.env, member->lane.gpu, st)
        || !gst_batch_init(&batch, &member->lane, st))
        return false;
    ok = gst_batch_queue(&batch, ways[way].copy, &member->buffers, st)
         && gst_batch_finish(&batch, seconds, st);
    gst_batch_release(&batch);
    if (ok)
        member->alone[way] = (double)crowd->bytes / gst_stats_of(seconds, GST_BATCH_COPIES).median;
    return ok;
}

bool gst_crowd_open(struct gst_crowd *crowd, struct gst_run *run, struct gst_status *st)
{
    *crowd = (struct gst_crowd){ .run = run, .was_ahead = true };
    open_members(crowd);
    if (crowd->count == 0)
        return true;
    if (!allocate(crowd, st))
        return false;
    for (size_t i = 0; i < crowd->count; i++)
        crowd->streams[i] = (struct gst_together_stream){ .lane = &crowd->members[i].lane,
                                                          .data = &crowd->members[i].buffers };
    gst_uplinks_read(&crowd->uplinks, run->env);
    return gst_together_init(&crowd->together, crowd->streams, crowd->count, st);
}

void gst_crowd_close(struct gst_crowd *crowd)
{
    gst_together_release(&crowd->together);
    release_buffers(crowd);
    for (size_t i = crowd->count; i-- > 0;)
        gst_lane_close(&crowd->members[i].lane);
}

bool gst_crowd_measure(struct gst_crowd *crowd, bool *right, struct gst_status *st)
{
    if (!measure_at_once(crowd, right, st))
        return false;
    for (size_t i = 0; i < crowd->count; i++)
        gst_condition_end(&crowd->members[i].way.condition, crowd->run->env,
                          crowd->members[i].lane.gpu);
    for (size_t i = 0; i < crowd->count && *right; i++) {
        for (int way = 0; way < GST_CROWD_WAYS; way++) {
            if (!time_alone(crowd, &crowd->members[i], (enum gst_crowd_way)way, st))
                return false;
        }
    }
    return true;
}
