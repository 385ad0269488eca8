/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How every function of a double begins: count the call, apply the fault plan, take the lock, let
 * virtual time pass, check what the call needs. The lock goes back when the function returns.
 *
 *     CUresult cuCtxSynchronize(void)
 *     {
 *         SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
 *         return sim_context_synchronize(sim_call.context);
 *     }
 */
#ifndef SIM_MODEL_ENTER_H
#define SIM_MODEL_ENTER_H

#include <stdbool.h>

struct sim_context;

enum sim_need {
    SIM_NEEDS_NOTHING, /* answers before initialisation, as NVML's own rules and version calls do */
    SIM_NEEDS_INIT,    /* 3 before cuInit, and in a child forked after it */
    SIM_NEEDS_CONTEXT, /* 201, 709, or the context's sticky error */
};

struct sim_call {
    const char *symbol;
    bool is_refused;
    int result;
    bool has_lock;
    struct sim_context *context; /* with SIM_NEEDS_CONTEXT */
};

struct sim_call sim_enter(const char *symbol, enum sim_need need);
void sim_leave(struct sim_call *call);

#define SIM_ENTER(type, need)                                                                      \
    __attribute__((cleanup(sim_leave))) struct sim_call sim_call = sim_enter(__func__, need);      \
    if (sim_call.is_refused)                                                                       \
    return (type)sim_call.result

#endif
