/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes, buffers and the verbs of a round; see ranks.h. */
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

/* Of the collective that aligns: two floats, given and got. */
#define SMALL_ELEMENTS 2
#define SMALL_BYTES    256

/* Elements that are compared once more around a planted error. */
#define PLANT_WINDOW 4096

static const ncclDataType_t types[GST_ELEMENT_COUNT] = {
    [GST_ELEMENT_FLOAT] = ncclFloat32,
    [GST_ELEMENT_HALF] = ncclFloat16,
    [GST_ELEMENT_BFLOAT16] = ncclBfloat16,
    [GST_ELEMENT_INT32] = ncclInt32,
};

static const ncclRedOp_t operations[GST_REDUCTION_COUNT] = {
    [GST_REDUCTION_SUM] = ncclSum,
    [GST_REDUCTION_MAX] = ncclMax,
    [GST_REDUCTION_AVG] = ncclAvg,
};

static bool use(struct gst_ranks *ranks, int i, struct gst_status *st)
{
    return gst_gpu_use(ranks->env, ranks->lanes[i].gpu, st);
}

static void *memory(uint64_t pointer, size_t elements, enum gst_element element)
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
           && lane->path->alloc(lane, SMALL_BYTES, &rank->small, st)
           && lane->path->alloc(lane, sizeof(rank->found), &rank->result, st)
           && lane->path->fill(lane, rank->small, 0, SMALL_BYTES, st) && lane->path->wait(lane, st);
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
static uint64_t input_of(const struct gst_rank *rank, const struct gst_collective_case *c)
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

        if (!use(ranks, i, st)
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

        range.args.data = memory(input_of(rank, c), range.at, c->element);
        if (!use(ranks, i, st) || !launch(&ranks->lanes[i], &range.args, st))
            return false;
    }
    return true;
}

static bool check_range(struct gst_ranks *ranks, int i, const struct gst_collective_case *c,
                        const struct gst_collective_range *range, struct gst_status *st)
{
    struct gst_collective_data_args args = range->args;

    args.data = memory(ranks->ranks[i].output, range->at, c->element);
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
    if (!use(ranks, i, st) || !lane->path->fill(lane, rank->result, 0, sizeof(rank->found), st))
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
        if (!use(ranks, i, st) || !ranks->lanes[i].path->wait(&ranks->lanes[i], st))
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
    element = memory(rank->output, window.at + place, c->element);
    /* Bit 6 is more than rounding in every type. */
    if (!use(ranks, index, st) || !compare_window(ranks, index, c, &window, &before, st)
        || !lane->path->download(lane, &low, (uint64_t)(uintptr_t)element, sizeof(low), st)
        || !lane->path->wait(lane, st) || !write_low(lane, element, low ^ 0x40, st)
        || !compare_window(ranks, index, c, &window, &after, st))
        return false;
    *is_seen = is_planted(&before, &after, window.args.first + place);
    return write_low(lane, element, low, st);
}

/* --- collectives --- */

bool gst_ranks_begin_case(struct gst_ranks *ranks, const struct gst_collective_case *c,
                          struct gst_status *st)
{
    const bool is_made = c->reduction == GST_REDUCTION_PREMULSUM;

    for (int i = 0; i < ranks->count; i++) {
        struct gst_rank *rank = &ranks->ranks[i];
        uint32_t scalar = 0;

        rank->operation = operations[c->reduction];
        rank->has_operation = false;
        if (!is_made)
            continue;
        gst_collective_data_scalar(c->element, gst_collective_data_factor(rank->rank), &scalar);
        if (!GST_NC(&ranks->comms, st, ncclRedOpCreatePreMulSum,
                    (&rank->operation, &scalar, types[c->element], ncclScalarHostImmediate,
                     ranks->comms.comms[i])))
            return false;
        rank->has_operation = true;
    }
    return true;
}

bool gst_ranks_end_case(struct gst_ranks *ranks, struct gst_status *st)
{
    for (int i = 0; i < ranks->count; i++) {
        struct gst_rank *rank = &ranks->ranks[i];

        if (rank->has_operation
            && !GST_NC(&ranks->comms, st, ncclRedOpDestroy,
                       (rank->operation, ranks->comms.comms[i])))
            return false;
        rank->has_operation = false;
    }
    return true;
}

bool gst_ranks_align(struct gst_ranks *ranks, struct gst_status *st)
{
    bool ok = GST_NC(&ranks->comms, st, ncclGroupStart, ());

    for (int i = 0; i < ranks->count && ok; i++) {
        float *given = (float *)(uintptr_t)ranks->ranks[i].small;

        ok = use(ranks, i, st)
             && GST_NC(&ranks->comms, st, ncclAllReduce,
                       (given, given + SMALL_ELEMENTS, SMALL_ELEMENTS, ncclFloat32, ncclSum,
                        ranks->comms.comms[i], ranks->lanes[i].stream));
    }
    return ok && GST_NC(&ranks->comms, st, ncclGroupEnd, ()) && gst_comms_settle(&ranks->comms, st);
}

/* What a call of NCCL is about. */
struct message {
    const void *source;
    void *target;
    size_t elements; /* that one rank gives, or of a chunk */
    ncclDataType_t type;
    ncclRedOp_t operation;
    ncclComm_t comm;
    CUstream stream;
};

static bool send_and_receive(struct gst_ranks *ranks, const struct message *m, int to, int from,
                             size_t source_at, size_t target_at, size_t element,
                             struct gst_status *st)
{
    return GST_NC(&ranks->comms, st, ncclSend,
                  ((const char *)m->source + source_at * element, m->elements, m->type, to, m->comm,
                   m->stream))
           && GST_NC(&ranks->comms, st, ncclRecv,
                     ((char *)m->target + target_at * element, m->elements, m->type, from, m->comm,
                      m->stream));
}

static bool exchange_all(struct gst_ranks *ranks, const struct message *m, size_t element,
                         struct gst_status *st)
{
    for (int peer = 0; peer < ranks->world; peer++) {
        const size_t at = (size_t)peer * m->elements;

        if (!send_and_receive(ranks, m, peer, peer, at, at, element, st))
            return false;
    }
    return true;
}

static bool call(struct gst_ranks *ranks, enum gst_collective collective, int rank,
                 const struct message *m, size_t element, struct gst_status *st)
{
    struct gst_comms *comms = &ranks->comms;

    switch (collective) {
    case GST_ALL_REDUCE:
        return GST_NC(
            comms, st, ncclAllReduce,
            (m->source, m->target, m->elements, m->type, m->operation, m->comm, m->stream));
    case GST_ALL_GATHER:
        return GST_NC(comms, st, ncclAllGather,
                      (m->source, m->target, m->elements, m->type, m->comm, m->stream));
    case GST_REDUCE_SCATTER:
        return GST_NC(
            comms, st, ncclReduceScatter,
            (m->source, m->target, m->elements, m->type, m->operation, m->comm, m->stream));
    case GST_BROADCAST:
        return GST_NC(
            comms, st, ncclBroadcast,
            (m->source, m->target, m->elements, m->type, GST_COLLECTIVE_ROOT, m->comm, m->stream));
    case GST_REDUCE:
        return GST_NC(comms, st, ncclReduce,
                      (m->source, m->target, m->elements, m->type, m->operation,
                       GST_COLLECTIVE_ROOT, m->comm, m->stream));
    case GST_SEND_RECV:
        return send_and_receive(ranks, m, (rank + 1) % ranks->world,
                                (rank + ranks->world - 1) % ranks->world, 0, 0, element, st);
    case GST_ALL_TO_ALL:
    default:
        return exchange_all(ranks, m, element, st);
    }
}

bool gst_ranks_collect(struct gst_ranks *ranks, const struct gst_collective_case *c, uint32_t slot,
                       struct gst_status *st)
{
    const size_t chunk = gst_collective_sides(c->collective, ranks->world, c->elements).chunk;
    bool ok = GST_NC(&ranks->comms, st, ncclGroupStart, ());

    for (int i = 0; i < ranks->count && ok; i++) {
        const struct gst_rank *rank = &ranks->ranks[i];
        const struct message m = {
            .source =
                memory(input_of(rank, c),
                       gst_collective_input_at(c, ranks->world, rank->rank, slot), c->element),
            .target =
                memory(rank->output, gst_collective_output_at(c, ranks->world, rank->rank, slot),
                       c->element),
            .elements = chunk,
            .type = types[c->element],
            .operation = rank->operation,
            .comm = ranks->comms.comms[i],
            .stream = ranks->lanes[i].stream,
        };

        ok = use(ranks, i, st)
             && call(ranks, c->collective, rank->rank, &m, gst_element_bytes(c->element), st);
    }
    return ok && GST_NC(&ranks->comms, st, ncclGroupEnd, ()) && gst_comms_settle(&ranks->comms, st);
}
