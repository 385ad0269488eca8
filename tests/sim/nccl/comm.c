/* SPDX-License-Identifier: Apache-2.0 */
/* Communicators: made, asked, given back. */
#include <limits.h>
#include <string.h>

#include "group.h"
#include "model/enter.h"
#include "model/fault.h"
#include "model/gang_interface.h"
#include "nccl_prototypes.h"

ncclResult_t ncclGetVersion(int *version)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);

    if (version == NULL)
        return ncclInvalidArgument;
    if (sim_world.spec.nccl_fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)sim_world.spec.nccl_fault);
    *version = sim_world.spec.nccl_version;
    return ncclSuccess;
}

/* Needs no driver and no GPU. */
ncclResult_t ncclGetUniqueId(ncclUniqueId *id)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);

    if (id == NULL)
        return sim_comm_says(ncclInvalidArgument, "no place for the id");
    if (sim_world.spec.host.has_no_interface)
        sim_fault_fired((unsigned)sim_world.spec.host.interface_fault);
    if (sim_world.spec.host.has_no_interface || !sim_gang_has_interface())
        return sim_comm_says(ncclInvalidUsage, "Bootstrap : no socket interface found");
    return sim_gang_new_id((unsigned char *)id->internal)
               ? ncclSuccess
               : sim_comm_says(ncclSystemError, "no memory for the job");
}

/* The thread's context, else the first device's primary one, as the runtime has it. */
static int find_context(struct sim_context **context)
{
    void *handle = sim_context_current_handle();

    if (sim_world_initialise() != CUDA_SUCCESS)
        return sim_comm_says(ncclUnhandledCudaError, "there is no device");
    if (handle == NULL
        && (sim_context_retain(sim_device_at(0), &handle) != CUDA_SUCCESS
            || sim_context_set_current(handle) != CUDA_SUCCESS))
        return sim_comm_says(ncclUnhandledCudaError, "there is no context");
    *context = sim_context_get(handle);
    if (*context == NULL || (*context)->sticky != CUDA_SUCCESS)
        return sim_comm_says(ncclUnhandledCudaError, "the context is of no use any more");
    return ncclSuccess;
}

/* Without a config, or where it leaves that open, calls block. */
static int read_config(const ncclConfig_t *config, bool *is_blocking)
{
    *is_blocking = true;
    if (config == NULL)
        return ncclSuccess;
    if (config->size < sizeof *config || config->magic != GST_NCCL_CONFIG_MAGIC)
        return sim_comm_says(ncclInvalidArgument, "the config was not initialised");
    if (config->blocking != 0 && config->blocking != 1 && config->blocking != INT_MIN)
        return sim_comm_says(ncclInvalidArgument, "a config with blocking %d", config->blocking);
    *is_blocking = config->blocking != 0;
    return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t *comm, int ranks, ncclUniqueId id, int rank,
                                    ncclConfig_t *config)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_context *context = NULL;
    struct sim_comm *made;
    bool is_blocking;
    int result = ncclSuccess;

    if (comm == NULL || ranks <= 0 || rank < 0 || rank >= ranks)
        return sim_comm_says(ncclInvalidArgument, "rank %d of %d", rank, ranks);
    *comm = NULL;
    result = read_config(config, &is_blocking);
    if (result == ncclSuccess)
        result = find_context(&context);
    if (result == ncclSuccess)
        result = sim_comm_new(context, (const unsigned char *)id.internal, (unsigned)ranks,
                              (unsigned)rank, is_blocking, &made);
    if (result != ncclSuccess)
        return result;
    *comm = made->handle;
    group_begin();
    if (!group_add_join(made))
        result = ncclInvalidUsage;
    return result != ncclSuccess ? result : group_end();
}

/* The communicator of a handle; NULL, with words, if it is none or was given back. */
static struct sim_comm *find(ncclComm_t handle)
{
    struct sim_comm *comm = sim_comm_get(handle);

    if (comm == NULL)
        sim_comm_says(ncclInvalidArgument, "no communicator, or one that was given back");
    return comm;
}

ncclResult_t ncclCommFinalize(ncclComm_t handle)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = find(handle);

    return comm != NULL ? sim_comm_finalise(comm) : ncclInvalidArgument;
}

ncclResult_t ncclCommDestroy(ncclComm_t handle)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = find(handle);

    if (handle == NULL)
        return ncclSuccess;
    if (comm == NULL)
        return ncclInvalidArgument;
    sim_comm_destroy(comm);
    return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t handle)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = find(handle);

    if (handle == NULL)
        return ncclSuccess;
    if (comm == NULL)
        return ncclInvalidArgument;
    sim_comm_abort(comm);
    return ncclSuccess;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t handle, ncclResult_t *error)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = find(handle);

    if (comm == NULL || error == NULL)
        return ncclInvalidArgument;
    *error = sim_comm_poll(comm);
    /* Connecting takes one question: how many does not depend on when they come. */
    if (*error == ncclSuccess && comm->is_connecting)
        *error = ncclInProgress;
    if (*error != ncclInProgress || comm->phase == SIM_COMM_READY)
        comm->is_connecting = false;
    return ncclSuccess;
}

ncclResult_t ncclCommCount(ncclComm_t handle, int *count)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = find(handle);

    if (comm == NULL || count == NULL)
        return ncclInvalidArgument;
    *count = (int)comm->count;
    return sim_comm_need(comm);
}

ncclResult_t ncclCommCuDevice(ncclComm_t handle, int *device)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = find(handle);

    if (comm == NULL || device == NULL)
        return ncclInvalidArgument;
    *device = sim_device_ordinal(comm->context->device);
    return sim_comm_need(comm);
}

ncclResult_t ncclCommUserRank(ncclComm_t handle, int *rank)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    struct sim_comm *comm = find(handle);

    if (comm == NULL || rank == NULL)
        return ncclInvalidArgument;
    *rank = (int)comm->rank;
    return sim_comm_need(comm);
}
