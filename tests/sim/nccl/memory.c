/* SPDX-License-Identifier: Apache-2.0 */
/* Device memory by way of NCCL, and its registration, which changes nothing here. */
#include "model/alloc.h"
#include "model/enter.h"
#include "model/gang_op.h"
#include "nccl_prototypes.h"

ncclResult_t ncclMemAlloc(void **p, size_t n)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_context *context = sim_context_get(sim_context_current_handle());
    uintptr_t address = 0;

    if (p == NULL || n == 0)
        return sim_comm_says(ncclInvalidArgument, "no memory is asked for");
    if (context == NULL || sim_alloc_device(context, n, &address) != CUDA_SUCCESS)
        return sim_comm_says(ncclUnhandledCudaError, "no %zu bytes of device memory", n);
    *p = (void *)address;
    return ncclSuccess;
}

ncclResult_t ncclMemFree(void *p)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_context *context = sim_context_get(sim_context_current_handle());

    if (p == NULL)
        return ncclSuccess;
    if (context == NULL || sim_free(context, SIM_BLOCK_DEVICE, (uintptr_t)p) != CUDA_SUCCESS)
        return sim_comm_says(ncclUnhandledCudaError, "this is no device memory");
    return ncclSuccess;
}

ncclResult_t ncclCommRegister(ncclComm_t handle, void *p, size_t n, void **registration)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = sim_comm_get(handle);

    if (comm == NULL || registration == NULL || n == 0)
        return sim_comm_says(ncclInvalidArgument, "nothing to register");
    if (sim_gang_buffer(comm, "what is registered", (uintptr_t)p, n) == NULL)
        return ncclInvalidArgument;
    *registration = p;
    return sim_comm_need(comm);
}

ncclResult_t ncclCommDeregister(ncclComm_t handle, void *registration)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);

    if (sim_comm_get(handle) == NULL || registration == NULL)
        return sim_comm_says(ncclInvalidArgument, "nothing was registered");
    return ncclSuccess;
}
