/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One kernel in flight, and what it does to memory at its end: rules about which memory it may
 * touch, the twin, and the wrong result that a fault asks for.
 */
#ifndef SIM_MODEL_KERNEL_RUN_H
#define SIM_MODEL_KERNEL_RUN_H

#include "model/fault.h"
#include "model/module.h"

struct sim_kernel_run {
    struct sim_context *context;
    struct sim_launch launch;
    struct sim_cost cost;
    bool has_cost; /* the row says all that the kernel touches */
    struct sim_kernel_fault fault;
    void *arguments; /* a copy: the caller's may be gone by then */
};

struct sim_kernel_run *sim_kernel_run_new(struct sim_context *context,
                                          const struct sim_function *function,
                                          const void *arguments);
/* For the engine: `data` is the run. */
void sim_kernel_run_effect(void *data, sim_time end);
void sim_kernel_run_release(void *data);

#endif
