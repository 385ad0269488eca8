/* SPDX-License-Identifier: Apache-2.0 */
/* See operation.h. */
#include "operation.h"

#include <string.h>

#include "model/enter.h"
#include "model/gang_reduce.h"
#include "nccl_prototypes.h"

#define OPERATIONS 64

/* By its place; numbers count on from the built-in ones. */
static struct operation {
    const void *comm; /* its handle; NULL: free */
    int type;
    struct sim_gang_scalar scalar;
} operations[OPERATIONS];

bool operation_find(const struct sim_comm *comm, int op, int type, struct sim_gang_order *order)
{
    order->op = op;
    if (op >= ncclSum && op < ncclNumOps)
        return true;
    if (op < ncclNumOps || op >= ncclNumOps + OPERATIONS)
        return false;
    const struct operation *own = &operations[op - ncclNumOps];
    if (own->comm != comm->handle || own->type != type)
        return false;
    order->op = ncclSum;
    order->scalar = own->scalar;
    return true;
}

ncclResult_t ncclRedOpCreatePreMulSum(ncclRedOp_t *op, void *scalar, ncclDataType_t type,
                                      ncclScalarResidence_t residence, ncclComm_t handle)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = sim_comm_get(handle);
    unsigned place = 0;

    if (op == NULL || scalar == NULL || comm == NULL || sim_gang_type_bytes(type) == 0
        || (residence != ncclScalarDevice && residence != ncclScalarHostImmediate))
        return sim_comm_says(ncclInvalidArgument, "no operation can be made of this");
    while (place < OPERATIONS && operations[place].comm != NULL)
        place++;
    if (place == OPERATIONS)
        return sim_comm_says(ncclInternalError, "more than %d operations", OPERATIONS);
    operations[place] =
        (struct operation){ .comm = comm->handle, .type = type, .scalar = { .is_there = true } };
    if (residence == ncclScalarDevice)
        operations[place].scalar.address = (uintptr_t)scalar;
    else
        memcpy(operations[place].scalar.value, scalar, sim_gang_type_bytes(type));
    *op = ncclNumOps + (int)place;
    return ncclSuccess;
}

ncclResult_t ncclRedOpDestroy(ncclRedOp_t op, ncclComm_t handle)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = sim_comm_get(handle);

    if (comm == NULL || op < ncclNumOps || op >= ncclNumOps + OPERATIONS
        || operations[op - ncclNumOps].comm != comm->handle)
        return sim_comm_says(ncclInvalidArgument, "no operation %d that was made", op);
    operations[op - ncclNumOps].comm = NULL;
    return ncclSuccess;
}
