/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launches. Only kernels from a library can be launched: those that nvcc registers behind the
 * scenes come through functions that are not documented, and are not here.
 */
#include "model/launch.h"

#include "model/library.h"
#include "runtime.h"

cudaError_t cudaLaunchKernel(const void *function, dim3 grid, dim3 block, void **arguments,
                             size_t shared_bytes, cudaStream_t stream)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    int error = cudaSuccess;
    const struct sim_launch_request request = { .grid = { grid.x, grid.y, grid.z },
                                                .block = { block.x, block.y, block.z },
                                                .shared_bytes = (unsigned)shared_bytes,
                                                .stream = stream,
                                                .parameters = arguments };

    const struct sim_function *found = sim_library_function(sim_call.context, function, &error);
    if (error == CUDA_ERROR_INVALID_HANDLE)
        return runtime_note(cudaErrorInvalidDeviceFunction);
    if (error != cudaSuccess)
        return runtime_note(error);
    if (!sim_launch_dimensions_ok(&request))
        return runtime_note(cudaErrorInvalidConfiguration);
    return runtime_note(sim_launch_submit(sim_call.context, found, &request));
}
