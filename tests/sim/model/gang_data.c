/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_data.h. */
#include "model/gang_data.h"

#include <stdlib.h>
#include <string.h>

#include "model/gang_fault.h"
#include "model/gang_reduce.h"
#include "model/gang_sum.h"
#include "model/gang_wire.h"

#define FNV_OFFSET 14695981039346656037u /* FNV-1a, 64 bit */
#define FNV_PRIME  1099511628211u
/* From here on it pays to share the work. */
#define SHARED_BYTES ((uint64_t)256 << 10)
static uint64_t fold(uint64_t digest, const void *part, size_t size_bytes)
{
    const unsigned char *bytes = part;

    for (size_t i = 0; i < size_bytes; i++)
        digest = (digest ^ bytes[i]) * FNV_PRIME;
    return digest;
}

/* Is the memory as the memo left it, or as it was when it was read? */
static bool stands(const struct sim_gang_memo *memo, const struct sim_block *block,
                   uintptr_t address, uint64_t size_bytes, uint64_t about)
{
    return sim_world.order == SIM_ORDER_FORWARD && block->kind == SIM_BLOCK_DEVICE
           && !block->flip.is_armed && memo->address == address && memo->size_bytes == size_bytes
           && memo->about == about && !sim_block_changed(block, address, size_bytes, memo->written);
}

/* The one about this memory, else the one that was not used for longest. */
static struct sim_gang_memo *memo_of(struct sim_gang_memo *memos, uintptr_t address,
                                     uint64_t size_bytes)
{
    struct sim_gang_memo *oldest = memos;

    for (unsigned i = 0; i < SIM_GANG_ROOMS; i++) {
        if (memos[i].address == address && memos[i].size_bytes == size_bytes)
            return &memos[i];
        if (memos[i].used < oldest->used)
            oldest = &memos[i];
    }
    return oldest;
}

static const void *scalar_of(const struct sim_gang_op *op)
{
    const struct sim_gang_scalar *scalar = &op->order.scalar;

    if (scalar->address == 0)
        return scalar->value;
    struct sim_block *block = sim_memory_find(&sim_world.memory, scalar->address);
    if (block == NULL)
        return scalar->value;
    sim_world_open(block);
    return (const void *)scalar->address;
}

/* Others may be at what this rank brought last: that one is left alone. */
static struct sim_gang_memo *room_for(struct sim_gang_op *op)
{
    struct sim_gang_memo *memos = op->comm->contributions;
    struct sim_gang_memo *memo = memo_of(memos, op->order.source, op->brings_bytes);

    if (memo->used == 0 || memo->used + 1 < op->number)
        return memo;
    memo->address = 0;
    return memo_of(memos, op->order.source, op->brings_bytes);
}

static void copy_in(const struct sim_gang_op *op, unsigned room)
{
    const struct sim_comm *comm = op->comm;
    const size_t size = sim_gang_type_bytes((int)op->call.type);
    void *bytes = sim_gang_contribution(comm->gang, comm->rank, room, op->brings_bytes);

    if (bytes == NULL)
        abort();
    sim_world_open(op->source_block);
    if (op->order.scalar.is_there && !sim_fault_rank_is_unscaled(comm->rank))
        sim_gang_scale((int)op->call.type, bytes, (const void *)op->order.source, scalar_of(op),
                       op->brings_bytes / size);
    else
        memcpy(bytes, (const void *)op->order.source, op->brings_bytes);
}

void sim_gang_contribute(struct sim_gang_op *op, struct sim_gang_post *post)
{
    struct sim_comm *comm = op->comm;
    struct sim_gang_memo *memo;
    uint64_t about = FNV_OFFSET;

    post->room = 0;
    post->content = 0;
    if (op->brings_bytes == 0)
        return;
    if (op->order.scalar.is_there) {
        about = fold(about, &op->call.type, sizeof op->call.type);
        about = fold(about, scalar_of(op), sim_gang_type_bytes((int)op->call.type));
    }
    memo = memo_of(comm->contributions, op->order.source, op->brings_bytes);
    if (!stands(memo, op->source_block, op->order.source, op->brings_bytes, about)) {
        memo = room_for(op);
        copy_in(op, (unsigned)(memo - comm->contributions));
        *memo = (struct sim_gang_memo){ op->order.source, op->brings_bytes, about,
                                        sim_world.writes, ++comm->contents, 0 };
    }
    memo->used = op->number;
    post->room = (uint32_t)(memo - comm->contributions);
    post->content = memo->content;
}

static const unsigned char *contribution(const struct sim_gang_op *op, unsigned rank,
                                         uint64_t size_bytes)
{
    const unsigned char *bytes =
        sim_gang_contribution(op->comm->gang, rank, op->contributions[rank].room, size_bytes);

    if (bytes == NULL)
        abort();
    return bytes;
}

static bool is_dropped(const struct sim_gang_op *op, unsigned rank)
{
    return sim_fault_rank_is_dropped(rank, op->comm->spans_processes);
}

/* Elements from the n-th on, so many, of those that each rank brought, made one. */
static void reduce(const struct sim_gang_op *op, int way, void *target, uint64_t first,
                   uint64_t from, uint64_t end)
{
    const size_t size = sim_gang_type_bytes((int)op->call.type);
    const uint64_t all_bytes =
        op->call.count * size * (op->call.kind == SIM_GANG_REDUCE_SCATTER ? op->comm->count : 1);
    const void *sources[SIM_GANG_RANKS];
    unsigned count = 0;

    for (unsigned i = 0; i < op->comm->count; i++) {
        if (!is_dropped(op, i))
            sources[count++] = contribution(op, i, all_bytes) + first * size;
    }
    if (count == 0)
        return;
    sim_gang_reduce((int)op->call.type, way, target, sources, count, from, end);
}

static void reduce_slice(const void *data, void *target, uint64_t from, uint64_t end)
{
    const struct sim_gang_op *op = data;

    reduce(op, (int)op->call.op, target, 0, from, end);
}

/* What decides the outcome: the call, and which contributions it is about. */
static uint64_t key_of(const struct sim_gang_op *op)
{
    uint64_t key = fold(FNV_OFFSET, &op->call, sizeof op->call);

    for (unsigned i = 0; i < op->comm->count; i++)
        key = fold(key, &op->contributions[i].content, sizeof op->contributions[i].content);
    return key;
}

static bool is_shared(const struct sim_gang_op *op)
{
    return op->call.kind == SIM_GANG_ALL_REDUCE && op->comm->count > 2
           && op->gets_bytes >= SHARED_BYTES;
}

static void combine(const struct sim_gang_op *op, unsigned char *target, uint64_t size_bytes)
{
    struct sim_comm *comm = op->comm;
    const int asked = (int)op->call.op;
    const int way = sim_fault_rank_combines(comm->rank, comm->spans_processes, asked);
    const uint64_t first =
        op->call.kind == SIM_GANG_REDUCE_SCATTER ? comm->rank * op->call.count : 0;

    if (is_shared(op) && way == asked)
        memcpy(target, sim_gang_sum(comm, op->sum, size_bytes, op->call.count, reduce_slice, op),
               size_bytes);
    else
        reduce(op, way, target, first, 0, op->call.count);
}

static void write_target(const struct sim_gang_op *op)
{
    const struct sim_comm *comm = op->comm;
    unsigned char *target = (unsigned char *)op->order.target;
    const uint64_t part = op->call.count * sim_gang_type_bytes((int)op->call.type);

    switch (op->call.kind) {
    case SIM_GANG_ALL_GATHER:
        for (unsigned i = 0; i < comm->count; i++) {
            if (!is_dropped(op, i))
                memcpy(target + i * part, contribution(op, i, part), part);
        }
        break;
    case SIM_GANG_BROADCAST:
        if (!is_dropped(op, op->call.root))
            memcpy(target, contribution(op, op->call.root, part), part);
        break;
    default:
        combine(op, target, part);
        break;
    }
}

void sim_gang_deliver(struct sim_gang_op *op)
{
    struct sim_comm *comm = op->comm;
    const uint64_t key = key_of(op);
    struct sim_gang_memo *memo;

    if (is_shared(op))
        op->sum = sim_gang_sum_room(comm, key, op->gets_bytes, op->number);
    if (op->gets_bytes == 0 || sim_fault_rank_skips(comm->rank, op->number))
        return;
    memo = memo_of(comm->outcomes, op->order.target, op->gets_bytes);
    if (!stands(memo, op->target_block, op->order.target, op->gets_bytes, key)) {
        const unsigned from = sim_gang_before(comm);

        if (sim_gang_wire_drops(comm, from))
            return;
        sim_world_open(op->target_block);
        write_target(op);
        sim_gang_wire_flips(comm, from, (void *)op->order.target, op->gets_bytes);
        sim_fault_rank_spoil(comm->rank, comm->spans_processes, (void *)op->order.target,
                             op->gets_bytes, sim_gang_type_bytes((int)op->call.type));
        sim_world_written(op->target_block, op->order.target, op->gets_bytes);
        *memo =
            (struct sim_gang_memo){ op->order.target, op->gets_bytes, key, sim_world.writes, 0, 0 };
    }
    memo->used = op->number;
}
