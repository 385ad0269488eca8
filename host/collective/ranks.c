/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes, buffers, and what is in them before and after; see ranks.h. */
#include "collective/ranks.h"

#include <string.h>

#define KERNEL            "collective_data"
#define THREADS_PER_BLOCK 256

/* Eight blocks of 256 threads fill a multiprocessor (vector-add). */
#define BLOCKS_PER_SM 8

/* A thread that starts for less costs more than its work. */
#define ELEMENTS_PER_THREAD 64

/* No number in any of the floating-point types. */
#define POISON 0xff

/* Elements that are compared once more around a planted error. */
#define PLANT_WINDOW 4096

bool gst_ranks_use(struct gst_ranks *ranks, int i, struct gst_status *st)
{
    return gst_gpu_use(ranks->env, ranks->lanes[i].gpu, st);
}

void *gst_ranks_memory(uint64_t pointer, size_t elements, enum gst_element element)
{
    return (void *)(uintptr_t)(pointer + elements * gst_element_bytes(element));
}

/* --- life --- */

static bool open_one(struct gst_ranks *ranks, int i, struct gst_gpu *gpu, uint64_t input_bytes,
                     uint64_t output_bytes, struct gst_status *st)
{
    struct gst_rank *rank = &ranks->ranks[i];
    struct gst_lane *lane = &ranks->lanes[i];

    ranks->env->progress->gpu = gpu->index;
    return gst_lane_open(lane, &gst_driver_path, ranks->env, gpu, st)
           && gst_lane_load_kernel(lane, KERNEL, KERNEL, st)
           && lane->path->alloc(lane, input_bytes, &rank->input, st)
           && lane->path->alloc(lane, output_bytes, &rank->output, st)
           && lane->path->alloc(lane, GST_RANKS_SMALL_BYTES, &rank->small, st)
           && lane->path->alloc(lane, sizeof(rank->found), &rank->result, st)
           && lane->path->fill(lane, rank->small, 0, GST_RANKS_SMALL_BYTES, st)
           && lane->path->wait(lane, st) && gst_cover_open(&rank->cover, lane, st);
}

bool gst_ranks_open(struct gst_ranks *ranks, struct gst_gpu *const *gpus, uint64_t input_bytes,
                    uint64_t output_bytes, struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        if (!open_one(ranks, i, gpus[i], input_bytes, output_bytes, st)) {
            st->gpu = gpus[i]->index;
            return false;
        }
    }
    if (ranks->count > 1)
        ranks->env->progress->gpu = GST_NO_GPU;
    return true;
}

void gst_ranks_close(struct gst_ranks *ranks)
{
    for (int i = 0; i < ranks->count; i++) {
        struct gst_lane *lane = &ranks->lanes[i];

        if (lane->path == NULL)
            continue;
        gst_cover_close(&ranks->ranks[i].cover);
        lane->path->free(lane, ranks->ranks[i].result);
        lane->path->free(lane, ranks->ranks[i].small);
        lane->path->free(lane, ranks->ranks[i].output);
        lane->path->free(lane, ranks->ranks[i].input);
        gst_lane_close(lane);
    }
}

/* --- data --- */

static bool launch(struct gst_lane *lane, struct gst_collective_data_args *args,
                   struct gst_status *st)
{
    const uint64_t share = (uint64_t)THREADS_PER_BLOCK * ELEMENTS_PER_THREAD;
    const uint64_t useful = (args->elements + share - 1) / share;
    const uint64_t most = (uint64_t)lane->gpu->sm_count * BLOCKS_PER_SM;

    return lane->path->launch(lane, (unsigned)(useful < most ? useful : most), THREADS_PER_BLOCK,
                              args, st);
}

/* Where the input of a case is: in place, it is the output's memory. */
uint64_t gst_ranks_input(const struct gst_rank *rank, const struct gst_collective_case *c)
{
    return c->is_in_place ? rank->output : rank->input;
}

bool gst_ranks_poison(struct gst_ranks *ranks, const struct gst_collective_case *c,
                      struct gst_status *st)
{
    const size_t bytes =
        gst_collective_output_elements(c, ranks->world) * gst_element_bytes(c->element);

    for (int i = 0; i < ranks->count; i++) {
        struct gst_lane *lane = &ranks->lanes[i];

        if (!gst_ranks_use(ranks, i, st)
            || !lane->path->fill(lane, ranks->ranks[i].output, POISON, bytes, st))
            return false;
    }
    return true;
}

bool gst_ranks_give(struct gst_ranks *ranks, const struct gst_collective_case *c,
                    struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        const struct gst_rank *rank = &ranks->ranks[i];
        struct gst_collective_range range =
            gst_collective_given(c, ranks->world, rank->rank, ranks->seed);

        range.args.data = gst_ranks_memory(gst_ranks_input(rank, c), range.at, c->element);
        if (!gst_ranks_use(ranks, i, st) || !launch(&ranks->lanes[i], &range.args, st))
            return false;
    }
    return true;
}

static bool check_range(struct gst_ranks *ranks, int i, const struct gst_collective_case *c,
                        const struct gst_collective_range *range, struct gst_status *st)
{
    struct gst_collective_data_args args = range->args;

    args.data = gst_ranks_memory(ranks->ranks[i].output, range->at, c->element);
    args.is_check = 1;
    args.result = (struct gst_collective_data_result *)(uintptr_t)ranks->ranks[i].result;
    return launch(&ranks->lanes[i], &args, st);
}

static bool check_one(struct gst_ranks *ranks, int i, const struct gst_collective_case *c,
                      struct gst_status *st)
{
    struct gst_lane *lane = &ranks->lanes[i];
    struct gst_rank *rank = &ranks->ranks[i];
    const size_t count = gst_collective_expected_count(c, ranks->world, rank->rank);

    rank->expected = 0;
    if (!gst_ranks_use(ranks, i, st)
        || !lane->path->fill(lane, rank->result, 0, sizeof(rank->found), st))
        return false;
    for (size_t k = 0; k < count; k++) {
        const struct gst_collective_range range =
            gst_collective_expected(c, ranks->world, rank->rank, ranks->seed, k);

        rank->expected += range.args.elements;
        if (!check_range(ranks, i, c, &range, st))
            return false;
    }
    return lane->path->download(lane, &rank->found, rank->result, sizeof(rank->found), st);
}

bool gst_ranks_check(struct gst_ranks *ranks, const struct gst_collective_case *c,
                     struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        if (!check_one(ranks, i, c, st))
            return false;
    }
    for (int i = 0; i < ranks->count; i++) {
        if (!gst_ranks_use(ranks, i, st) || !ranks->lanes[i].path->wait(&ranks->lanes[i], st))
            return false;
    }
    return true;
}

/* Writes the two bytes that hold the lowest bits of an element. */
static bool write_low(struct gst_lane *lane, void *element, uint16_t value, struct gst_status *st)
{
    return lane->path->upload(lane, (uint64_t)(uintptr_t)element, &value, sizeof(value), st)
           && lane->path->wait(lane, st);
}

static bool compare_window(struct gst_ranks *ranks, int i, const struct gst_collective_case *c,
                           const struct gst_collective_range *window,
                           struct gst_collective_data_result *result, struct gst_status *st)
{
    struct gst_lane *lane = &ranks->lanes[i];

    return lane->path->fill(lane, ranks->ranks[i].result, 0, sizeof(*result), st)
           && check_range(ranks, i, c, window, st)
           && lane->path->download(lane, result, ranks->ranks[i].result, sizeof(*result), st)
           && lane->path->wait(lane, st);
}

/* What is wrong beyond what was before, by one: and that one in its place. */
static bool is_planted(const struct gst_collective_data_result *before,
                       const struct gst_collective_data_result *after, uint64_t element)
{
    const unsigned long long kept =
        after->wrong < GST_COLLECTIVE_DATA_KEPT ? after->wrong : GST_COLLECTIVE_DATA_KEPT;

    /* Among many wrong ones it may be one that is not kept, or was wrong already. */
    if (before->wrong > 0)
        return after->wrong >= before->wrong;
    for (unsigned long long k = 0; k < kept; k++) {
        if (after->element[k] == element)
            return after->wrong == 1;
    }
    return false;
}

bool gst_ranks_plant(struct gst_ranks *ranks, int index, const struct gst_collective_case *c,
                     bool *is_seen, struct gst_status *st)
{
    struct gst_lane *lane = &ranks->lanes[index];
    const struct gst_rank *rank = &ranks->ranks[index];
    const size_t count = gst_collective_expected_count(c, ranks->world, rank->rank);
    struct gst_collective_data_result before, after;
    struct gst_collective_range window;
    size_t place;
    uint16_t low = 0;
    void *element;

    *is_seen = true;
    if (count == 0)
        return true;
    window = gst_collective_expected(c, ranks->world, rank->rank, ranks->seed, count - 1);
    if (window.args.elements > PLANT_WINDOW)
        window.args.elements = PLANT_WINDOW;
    place = (size_t)window.args.elements / 2;
    element = gst_ranks_memory(rank->output, window.at + place, c->element);
    /* Bit 6 is more than rounding in every type. */
    if (!gst_ranks_use(ranks, index, st) || !compare_window(ranks, index, c, &window, &before, st)
        || !lane->path->download(lane, &low, (uint64_t)(uintptr_t)element, sizeof(low), st)
        || !lane->path->wait(lane, st) || !write_low(lane, element, low ^ 0x40, st)
        || !compare_window(ranks, index, c, &window, &after, st))
        return false;
    *is_seen = is_planted(&before, &after, window.args.first + place);
    return write_low(lane, element, low, st);
}
