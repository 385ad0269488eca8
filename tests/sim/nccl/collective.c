/* SPDX-License-Identifier: Apache-2.0 */
/* Collectives: each is put into a group, of its own if need be. */
#include "group.h"
#include "model/enter.h"
#include "nccl_prototypes.h"
#include "operation.h"

static int call(ncclComm_t handle, int op, struct sim_gang_order *order)
{
    struct sim_comm *comm = sim_comm_get(handle);
    int result;

    if (comm == NULL)
        return sim_comm_says(ncclInvalidArgument, "no communicator, or one that was given back");
    result = sim_comm_need(comm);
    if (result != ncclSuccess)
        return result;
    if (!operation_find(comm, op, order->type, order))
        return sim_comm_says(ncclInvalidArgument, "no operation %d of type %d", op, order->type);
    group_begin();
    if (!group_add_collective(comm, order))
        result = ncclInvalidUsage;
    const int end = group_end();
    return result != ncclSuccess ? result : end;
}

static struct sim_gang_order order_of(enum sim_gang_kind kind, const void *source, void *target,
                                      size_t count, int type, void *stream)
{
    return (struct sim_gang_order){ .kind = kind,
                                    .type = type,
                                    .count = count,
                                    .source = (uintptr_t)source,
                                    .target = (uintptr_t)target,
                                    .stream = stream };
}

ncclResult_t ncclAllReduce(const void *source, void *target, size_t count, ncclDataType_t type,
                           ncclRedOp_t op, ncclComm_t comm, cudaStream_t stream)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_gang_order order =
        order_of(SIM_GANG_ALL_REDUCE, source, target, count, type, stream);

    return call(comm, op, &order);
}

ncclResult_t ncclAllGather(const void *source, void *target, size_t count, ncclDataType_t type,
                           ncclComm_t comm, cudaStream_t stream)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_gang_order order =
        order_of(SIM_GANG_ALL_GATHER, source, target, count, type, stream);

    return call(comm, ncclSum, &order);
}

ncclResult_t ncclReduceScatter(const void *source, void *target, size_t count, ncclDataType_t type,
                               ncclRedOp_t op, ncclComm_t comm, cudaStream_t stream)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_gang_order order =
        order_of(SIM_GANG_REDUCE_SCATTER, source, target, count, type, stream);

    return call(comm, op, &order);
}

ncclResult_t ncclBroadcast(const void *source, void *target, size_t count, ncclDataType_t type,
                           int root, ncclComm_t comm, cudaStream_t stream)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_gang_order order = order_of(SIM_GANG_BROADCAST, source, target, count, type, stream);

    order.root = root;
    return call(comm, ncclSum, &order);
}

ncclResult_t ncclReduce(const void *source, void *target, size_t count, ncclDataType_t type,
                        ncclRedOp_t op, int root, ncclComm_t comm, cudaStream_t stream)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_gang_order order = order_of(SIM_GANG_REDUCE, source, target, count, type, stream);

    order.root = root;
    return call(comm, op, &order);
}
