/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel launches. */
#include "model/launch.h"

#include <stddef.h>

#include "cuda_prototypes.h"

CUresult cuLaunchKernel(CUfunction function, unsigned int grid_x, unsigned int grid_y,
                        unsigned int grid_z, unsigned int block_x, unsigned int block_y,
                        unsigned int block_z, unsigned int shared_bytes, CUstream stream,
                        void **parameters, void **extra)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    const struct sim_launch_request request = { .grid = { grid_x, grid_y, grid_z },
                                                .block = { block_x, block_y, block_z },
                                                .shared_bytes = shared_bytes,
                                                .stream = stream,
                                                .parameters = parameters,
                                                .extra = extra };

    if (sim_function_get(function) == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    return sim_launch_submit(sim_call.context, sim_function_get(function), &request);
}
