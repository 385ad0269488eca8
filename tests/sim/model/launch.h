/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel launches: the checks that come before, the time that the kernel takes, and its effect,
 * which is its host twin run on the modelled memory.
 */
#ifndef SIM_MODEL_LAUNCH_H
#define SIM_MODEL_LAUNCH_H

#include "model/module.h"

struct sim_launch_request {
    unsigned grid[3], block[3];
    unsigned shared_bytes;
    void *stream;
    void **parameters; /* one pointer: to the struct */
    void **extra;      /* the other way to pass it, as documented for cuLaunchKernel */
};

int sim_launch_submit(struct sim_context *context, const struct sim_function *function,
                      const struct sim_launch_request *request);

/* Does every dimension lie within what GPUs allow? The runtime has an error of its own for it. */
bool sim_launch_dimensions_ok(const struct sim_launch_request *request);

#endif
