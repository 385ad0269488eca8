/* SPDX-License-Identifier: Apache-2.0 */
/* From a case to calls of NCCL; see collect.h. */
#include "collective/collect.h"

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

        ok = gst_ranks_use(ranks, i, st)
             && GST_NC(&ranks->comms, st, ncclAllReduce,
                       (given, given + GST_RANKS_SMALL_ELEMENTS, GST_RANKS_SMALL_ELEMENTS,
                        ncclFloat32, ncclSum, ranks->comms.comms[i], ranks->lanes[i].stream));
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
            .source = gst_ranks_memory(gst_ranks_input(rank, c),
                                       gst_collective_input_at(c, ranks->world, rank->rank, slot),
                                       c->element),
            .target = gst_ranks_memory(rank->output,
                                       gst_collective_output_at(c, ranks->world, rank->rank, slot),
                                       c->element),
            .elements = chunk,
            .type = types[c->element],
            .operation = rank->operation,
            .comm = ranks->comms.comms[i],
            .stream = ranks->lanes[i].stream,
        };

        ok = gst_ranks_use(ranks, i, st)
             && call(ranks, c->collective, rank->rank, &m, gst_element_bytes(c->element), st);
    }
    return ok && GST_NC(&ranks->comms, st, ncclGroupEnd, ()) && gst_comms_settle(&ranks->comms, st);
}
