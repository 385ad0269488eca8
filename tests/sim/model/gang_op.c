/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_op.h. Every rank works out start and end from what all have posted, so all agree. */
#include "model/gang_op.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/nccl_abi.h"
#include "model/alloc.h"
#include "model/gang_connect.h"
#include "model/gang_data.h"
#include "model/gang_fault.h"
#include "model/gang_reduce.h"
#include "model/stream.h"

static const char *const NAMES[] = { "ncclAllReduce", "ncclAllGather", "ncclReduceScatter",
                                     "ncclBroadcast", "ncclReduce" };

struct sim_block *sim_gang_buffer(const struct sim_comm *comm, const char *what, uintptr_t address,
                                  uint64_t size_bytes)
{
    struct sim_block *block = sim_memory_find(&sim_world.memory, address);

    if (block == NULL || !sim_block_holds(block, address, size_bytes)) {
        sim_comm_says(ncclInvalidArgument, "%s of rank %u is not memory of its device", what,
                      comm->rank);
        return NULL;
    }
    if (block->kind == SIM_BLOCK_DEVICE && sim_block_device(block) != comm->context->device) {
        sim_comm_says(ncclInvalidArgument, "%s of rank %u lies on device %d, and the rank on %d",
                      what, comm->rank, sim_device_ordinal(sim_block_device(block)),
                      sim_device_ordinal(comm->context->device));
        return NULL;
    }
    return block;
}

int sim_gang_stream(struct sim_comm *comm, void *handle, struct sim_stream **queue)
{
    struct sim_context *owner;

    if (sim_stream_find(comm->context, handle, queue, &owner) != CUDA_SUCCESS)
        return sim_comm_says(ncclUnhandledCudaError, "the stream of rank %u is none", comm->rank);
    if (owner != comm->context)
        return sim_comm_says(ncclInvalidUsage, "the stream of rank %u is another device's",
                             comm->rank);
    if (comm->context->sticky != CUDA_SUCCESS)
        return sim_comm_says(ncclUnhandledCudaError, "the context of rank %u failed with error %d",
                             comm->rank, comm->context->sticky);
    return ncclSuccess;
}

void sim_gang_enqueue(struct sim_comm *comm, struct sim_stream *queue, struct sim_op_spec *spec)
{
    if (comm->last.stream != queue)
        spec->after = comm->last;
    comm->last = sim_engine_submit(&sim_world.engine, queue, spec);
    sim_comm_hold(comm);
    if (!comm->has_connected && !comm->is_blocking)
        comm->is_connecting = true;
    comm->has_connected = true;
    sim_engine_run(&sim_world.engine, sim_world.host_now);
}

static struct sim_gang_post *post_of(const struct sim_gang_op *op, unsigned rank)
{
    return &sim_gang_board(op->comm->gang)->seats[rank].posts[op->number % SIM_GANG_PLACES];
}

static void post(struct sim_gang_op *op, sim_time ready)
{
    struct sim_gang_post *mine = post_of(op, op->comm->rank);

    if (sim_fault_rank_dies(op->comm->rank, SIM_RANK_AT_COLLECTIVE))
        raise(SIGKILL);
    mine->call = op->call;
    if (sim_fault_rank_miscounts(op->comm->rank, op->number))
        mine->call.count--;
    mine->ready = ready + sim_fault_rank_late(op->comm->rank);
    sim_gang_contribute(op, mine);
    atomic_store(&mine->number, op->number);
    op->is_posted = true;
}

static bool all_have_posted(const struct sim_gang_op *op)
{
    for (unsigned i = 0; i < op->comm->count; i++) {
        if (atomic_load(&post_of(op, i)->number) != op->number)
            return false;
    }
    return true;
}

static void describe(char *text, size_t size, const struct sim_gang_call *call)
{
    snprintf(text, size, "%s of %llu elements of type %u, operation %u, root %u", NAMES[call->kind],
             (unsigned long long)call->count, call->type, call->op, call->root);
}

/* Do all ask for the same? Says once who does not. */
static bool all_agree(struct sim_gang_op *op)
{
    char mine[128], other[128];

    for (unsigned i = 0; i < op->comm->count; i++) {
        const struct sim_gang_call *call = &post_of(op, i)->call;

        if (memcmp(call, &op->call, sizeof *call) == 0)
            continue;
        if (!op->is_told) {
            describe(mine, sizeof mine, &op->call);
            describe(other, sizeof other, call);
            fprintf(stderr, "gpu-selftest simulator: rank %u calls %s, rank %u %s\n",
                    op->comm->rank, mine, i, other);
        }
        op->is_told = true;
        return false;
    }
    return true;
}

/* SIM_FOREVER if what lies on the way hangs. Of what the biggest buffer of any rank holds: all have
 * to come to the same. */
static sim_time duration(const struct sim_gang_op *op)
{
    const struct sim_comm *comm = op->comm;
    const struct sim_gang_env *env = &sim_gang_board(comm->gang)->env;
    const bool is_wide =
        op->call.kind == SIM_GANG_ALL_GATHER || op->call.kind == SIM_GANG_REDUCE_SCATTER;
    const uint64_t bytes =
        op->call.count * sim_gang_type_bytes((int)op->call.type) * (is_wide ? comm->count : 1);
    struct sim_gang_rank ranks[SIM_GANG_RANKS];

    sim_comm_ranks(comm, ranks);
    return sim_gang_lasts(&sim_world.spec, env, ranks, comm->count, comm->rank,
                          (enum sim_gang_kind)op->call.kind, bytes);
}

static sim_time meet(void *data, sim_time ready)
{
    struct sim_gang_op *op = data;
    sim_time start = 0, lasts;

    if (op->comm->is_aborted)
        return ready;
    if (!op->is_posted)
        post(op, ready);
    if (!all_have_posted(op)) {
        sim_comm_look_for_dead(op->comm);
        return SIM_FOREVER;
    }
    if (!all_agree(op))
        return SIM_FOREVER;
    for (unsigned i = 0; i < op->comm->count; i++) {
        if (post_of(op, i)->ready > start)
            start = post_of(op, i)->ready;
    }
    lasts = duration(op);
    return lasts == SIM_FOREVER ? SIM_FOREVER : start + lasts;
}

static void effect(void *data, sim_time end)
{
    struct sim_gang_op *op = data;

    (void)end;
    if (op->comm->is_aborted)
        return;
    if (sim_gpu_is_lost(op->comm->context->device->gpu))
        sim_context_fail(op->comm->context, CUDA_ERROR_UNKNOWN);
    for (unsigned i = 0; i < op->comm->count; i++)
        op->contributions[i] =
            (struct sim_gang_share){ post_of(op, i)->room, post_of(op, i)->content };
    if (op->comm->context->sticky == CUDA_SUCCESS)
        sim_gang_deliver(op);
}

static void release(void *data)
{
    struct sim_gang_op *op = data;

    if (op->source_block != NULL)
        op->source_block->in_flight--;
    if (op->target_block != NULL)
        op->target_block->in_flight--;
    sim_comm_release(op->comm);
    free(op);
}

/* What the rank reads and writes, by the kind of collective. */
static void size_up(struct sim_gang_op *op)
{
    const struct sim_comm *comm = op->comm;
    const uint64_t part = op->call.count * sim_gang_type_bytes((int)op->call.type);
    const bool is_root = comm->rank == op->call.root;

    op->brings_bytes = op->gets_bytes = part;
    switch (op->call.kind) {
    case SIM_GANG_ALL_GATHER:
        op->gets_bytes = part * comm->count;
        break;
    case SIM_GANG_REDUCE_SCATTER:
        op->brings_bytes = part * comm->count;
        break;
    case SIM_GANG_BROADCAST:
        op->brings_bytes = is_root ? part : 0;
        break;
    case SIM_GANG_REDUCE:
        op->gets_bytes = is_root ? part : 0;
        break;
    default:
        break;
    }
}

static int check(const struct sim_comm *comm, const struct sim_gang_order *order)
{
    if (sim_gang_type_bytes(order->type) == 0)
        return sim_comm_says(ncclInvalidArgument, "no data type %d", order->type);
    if (order->op < ncclSum || order->op > ncclAvg)
        return sim_comm_says(ncclInvalidArgument, "no operation %d", order->op);
    if (order->root < 0 || (unsigned)order->root >= comm->count)
        return sim_comm_says(ncclInvalidArgument, "no root %d of %u ranks", order->root,
                             comm->count);
    if (order->count > (UINT64_C(1) << 40))
        return sim_comm_says(ncclInvalidArgument, "%llu elements",
                             (unsigned long long)order->count);
    return ncclSuccess;
}

static int find_buffers(struct sim_gang_op *op)
{
    if (op->brings_bytes > 0
        && (op->source_block =
                sim_gang_buffer(op->comm, "the source", op->order.source, op->brings_bytes))
               == NULL)
        return ncclInvalidArgument;
    if (op->gets_bytes > 0
        && (op->target_block =
                sim_gang_buffer(op->comm, "the target", op->order.target, op->gets_bytes))
               == NULL)
        return ncclInvalidArgument;
    return ncclSuccess;
}

int sim_gang_submit(struct sim_comm *comm, const struct sim_gang_order *order)
{
    struct sim_op_spec spec = { .meet = meet, .effect = effect, .release = release };
    struct sim_stream *queue;
    struct sim_gang_op *op;
    int result = check(comm, order);

    if (result == ncclSuccess)
        result = sim_gang_stream(comm, order->stream, &queue);
    if (result != ncclSuccess)
        return result;
    op = calloc(1, sizeof *op);
    if (op == NULL)
        abort();
    op->comm = comm;
    op->order = *order;
    op->call = (struct sim_gang_call){ .kind = order->kind,
                                       .type = (uint32_t)order->type,
                                       .op = (uint32_t)order->op,
                                       .root = (uint32_t)order->root,
                                       .count = order->count };
    size_up(op);
    result = find_buffers(op);
    if (result != ncclSuccess) {
        free(op);
        return result;
    }
    if (op->source_block != NULL)
        op->source_block->in_flight++;
    if (op->target_block != NULL)
        op->target_block->in_flight++;
    op->number = ++comm->number;
    spec.data = op;
    sim_gang_enqueue(comm, queue, &spec);
    return ncclSuccess;
}
