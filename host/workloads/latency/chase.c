/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making cycles, walking, comparing; see chase.h.
 *
 * A launch is long enough that what it costs beside its loads does not matter: from one event to
 * the next that is about two microseconds, under one percent of the shortest walk. Two lengths and
 * the slope between them would take it out, too, and bring in the noise of a difference.
 */
#include "workloads/latency/chase.h"

#include <string.h>

#include "gpu/error.h"

/* No index of a node: they are multiples of GST_LATENCY_NODE_WORDS. */
#define POISON_BYTE 0xff

#define MOST_NODES   (1U << 26)
#define LINK_THREADS 256U
#define LINK_BLOCKS  1024U

uint32_t gst_cycle_nodes(uint64_t bytes)
{
    uint32_t nodes = 2;

    while (nodes < MOST_NODES && 2 * (uint64_t)nodes * GST_CHASE_NODE_BYTES <= bytes)
        nodes *= 2;
    return nodes;
}

void gst_cycle_link_host(uint32_t *words, uint32_t nodes, uint32_t step)
{
    memset(words, POISON_BYTE, nodes * GST_CHASE_NODE_BYTES);
    for (uint32_t i = 0; i < nodes; i++)
        words[(size_t)i * GST_LATENCY_NODE_WORDS] =
            GST_LATENCY_NEXT(i, nodes, step) * GST_LATENCY_NODE_WORDS;
}

static struct gst_latency_args args_of(const struct gst_cycle *cycle)
{
    return (struct gst_latency_args){
        .words = (uint32_t *)(uintptr_t)cycle->pointer,
        .nodes = cycle->nodes,
        .step = cycle->step,
    };
}

bool gst_cycle_link_gpu(const struct gst_cycle *cycle, struct gst_env *env, struct gst_gpu *gpu,
                        struct gst_status *st)
{
    const unsigned needed = (cycle->nodes + LINK_THREADS - 1) / LINK_THREADS;
    struct gst_latency_args args = args_of(cycle);
    struct gst_lane lane;
    bool ok;

    if (!gst_lane_open(&lane, &gst_driver_path, env, gpu, st))
        return false;
    ok = gst_lane_load_kernel(&lane, "latency", "latency_link", st)
         && lane.path->fill(&lane, cycle->pointer, POISON_BYTE, cycle->nodes * GST_CHASE_NODE_BYTES,
                            st)
         && lane.path->launch(&lane, needed < LINK_BLOCKS ? needed : LINK_BLOCKS, LINK_THREADS,
                              &args, st)
         && lane.path->wait(&lane, st);
    gst_lane_close(&lane);
    return ok;
}

struct gst_latency_result gst_cycle_walk(const struct gst_cycle *cycle, uint32_t start,
                                         uint32_t hops)
{
    struct gst_latency_result result = { .end = start * GST_LATENCY_NODE_WORDS, .hops = hops };
    uint32_t node = start;

    for (uint32_t i = 0; i < hops; i++) {
        node = GST_LATENCY_NEXT(node, cycle->nodes, cycle->step);
        result.end = node * GST_LATENCY_NODE_WORDS;
        result.hash = GST_LATENCY_HASH(result.hash, result.end);
    }
    return result;
}

bool gst_chase_init(struct gst_chase *chase, struct gst_lane *lane, struct gst_status *st)
{
    *chase = (struct gst_chase){ .lane = lane };
    if (gst_lane_load_kernel(lane, "latency", "latency_chase", st)
        && lane->path->alloc(lane, (GST_CHASE_LAUNCHES + 1) * sizeof(*chase->seen), &chase->results,
                             st)
        && gst_batch_init(&chase->batch, lane, st))
        return true;
    gst_chase_release(chase);
    return false;
}

void gst_chase_release(struct gst_chase *chase)
{
    if (chase->batch.lane != NULL)
        gst_batch_release(&chase->batch);
    if (chase->results != 0)
        chase->lane->path->free(chase->lane, chase->results);
    *chase = (struct gst_chase){ .lane = NULL };
}

void gst_chase_begin(struct gst_chase *chase, const struct gst_cycle *cycle, uint32_t hops)
{
    chase->cycle = *cycle;
    chase->hops = hops;
    chase->at = 0;
    chase->was_ahead = true;
}

static bool walk(struct gst_chase *chase, size_t launch, uint32_t hops, struct gst_status *st)
{
    struct gst_latency_args args = args_of(&chase->cycle);

    args.result =
        (struct gst_latency_result *)(uintptr_t)(chase->results + launch * sizeof(*chase->seen));
    args.start = chase->at;
    args.hops = hops;
    return chase->lane->path->launch(chase->lane, 1, 1, &args, st);
}

/* A gst_batch_copy: the host's own walk is as far ahead as what it has queued. */
static bool walk_next(struct gst_lane *lane, void *data, struct gst_status *st)
{
    struct gst_chase *chase = data;
    struct gst_latency_result *expected = &chase->expected[chase->launches];
    (void)lane;

    *expected = gst_cycle_walk(&chase->cycle, chase->at, chase->hops);
    if (!walk(chase, chase->launches, chase->hops, st))
        return false;
    chase->at = expected->end / GST_LATENCY_NODE_WORDS;
    chase->launches++;
    return true;
}

bool gst_chase_lead(struct gst_chase *chase, uint32_t hops, struct gst_status *st)
{
    return walk(chase, GST_CHASE_LAUNCHES, hops, st);
}

/* How many launches came to something else; *first is the first of them. */
static size_t count_wrong(const struct gst_chase *chase, size_t *first)
{
    size_t count = 0;

    for (size_t i = chase->launches; i-- > 0;) {
        if (memcmp(&chase->seen[i], &chase->expected[i], sizeof(chase->seen[i])) != 0) {
            *first = i;
            count++;
        }
    }
    return count;
}

static bool catches_planted_error(struct gst_chase *chase)
{
    struct gst_latency_result *one = &chase->seen[chase->launches / 2];
    size_t first = 0;
    bool is_caught;

    one->end ^= GST_LATENCY_NODE_WORDS;
    is_caught = count_wrong(chase, &first) == 1 && first == chase->launches / 2;
    one->end ^= GST_LATENCY_NODE_WORDS;
    return is_caught;
}

static bool verify(struct gst_chase *chase, struct gst_run *run)
{
    const enum gst_finding_id finding = chase->cycle.wrong;
    const char *what = chase->cycle.what;
    const int gpu = chase->lane->gpu->index;
    size_t first = 0;
    const size_t wrong = count_wrong(chase, &first);
    const struct gst_latency_result *seen = &chase->seen[first];
    const struct gst_latency_result *expected = &chase->expected[first];

    gst_run_count_elements(run, (uint64_t)chase->launches * chase->hops);
    if (wrong > 0)
        return gst_run_check(run, finding, gpu, false,
                             "%zu of %zu walks through %s went astray, the first is %zu: %u loads "
                             "ended at word 0x%x with hash 0x%x, expected %u, 0x%x and 0x%x",
                             wrong, chase->launches, what, first, seen->hops, seen->end, seen->hash,
                             expected->hops, expected->end, expected->hash);
    gst_run_check(run, finding, gpu, true,
                  "%zu walks of %u loads through %s ended where they had to", chase->launches,
                  chase->hops, what);
    return gst_run_check(run, GST_SUITE_BLIND, gpu, catches_planted_error(chase),
                         "one planted error among %zu walks through %s", chase->launches, what);
}

/* As many as batch.copies. */
static bool time_batch(struct gst_chase *chase, struct gst_run *run, double *seconds,
                       bool *is_right, struct gst_status *st)
{
    struct gst_lane *lane = chase->lane;

    chase->launches = 0;
    if (!lane->path->fill(lane, chase->results, POISON_BYTE, sizeof(chase->seen), st)
        || !gst_batch_queue(&chase->batch, walk_next, chase, st))
        return false;
    if (chase->condition != NULL)
        gst_condition_sample(chase->condition, lane->env, lane->gpu);
    if (!gst_batch_finish(&chase->batch, seconds, st)
        || !lane->path->download(lane, chase->seen, chase->results, sizeof(chase->seen), st)
        || !lane->path->wait(lane, st))
        return false;
    for (size_t i = 0; i < chase->batch.copies; i++)
        seconds[i] /= chase->hops;
    chase->was_ahead = chase->was_ahead && chase->batch.was_ahead;
    *is_right = verify(chase, run);
    return true;
}

bool gst_chase_time(struct gst_chase *chase, struct gst_run *run, double *seconds, size_t count,
                    bool *is_right, struct gst_status *st)
{
    *is_right = true;
    for (size_t done = 0; done < count && *is_right; done += chase->batch.copies) {
        chase->batch.copies = gst_batch_copies_of(count - done);
        if (!time_batch(chase, run, seconds + done, is_right, st))
            return false;
    }
    return true;
}
