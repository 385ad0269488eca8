/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between two ranks. Each waits for its other end: both go into one group, or deadlock. */
#include "group.h"
#include "model/enter.h"
#include "nccl_prototypes.h"

static int call(ncclComm_t handle, const struct sim_mail *mail, void *stream)
{
    struct sim_comm *comm = sim_comm_get(handle);
    int result;

    if (comm == NULL)
        return sim_comm_says(ncclInvalidArgument, "no communicator, or one that was given back");
    result = sim_comm_need(comm);
    if (result == ncclSuccess)
        result = sim_mail_check(comm, mail);
    if (result != ncclSuccess)
        return result;
    group_begin();
    if (!group_add_mail(comm, stream, mail))
        result = ncclInvalidUsage;
    const int end = group_end();
    return result != ncclSuccess ? result : end;
}

ncclResult_t ncclSend(const void *source, size_t count, ncclDataType_t type, int peer,
                      ncclComm_t comm, cudaStream_t stream)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    const struct sim_mail mail = { true, (unsigned)peer, type, count, (uintptr_t)source };

    return call(comm, &mail, stream);
}

ncclResult_t ncclRecv(void *target, size_t count, ncclDataType_t type, int peer, ncclComm_t comm,
                      cudaStream_t stream)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    const struct sim_mail mail = { false, (unsigned)peer, type, count, (uintptr_t)target };

    return call(comm, &mail, stream);
}
