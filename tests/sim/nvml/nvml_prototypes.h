/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prototypes of the double's functions, made from the same rows as the suite's call table, and how
 * each of them begins. NVML's own initialisation is checked here, not by sim_enter, which knows
 * that of CUDA.
 */
#ifndef SIM_NVML_NVML_PROTOTYPES_H
#define SIM_NVML_NVML_PROTOTYPES_H

#include <stddef.h>

#include "api/nvml_abi.h"
#include "handle.h"
#include "model/enter.h"
#include "model/live.h"
#include "session.h"

#pragma GCC visibility push(default)
#define SIM_PROTOTYPE(result, name, version, arguments, needed) result name##version arguments;
GST_NVML_API(SIM_PROTOTYPE)
#undef SIM_PROTOTYPE
#pragma GCC visibility pop

/* A call that needs nvmlInit. `is_valid` says whether the arguments besides the handle will do. */
#define NVML_ENTER(is_valid)                                                                       \
    SIM_ENTER(nvmlReturn_t, SIM_NEEDS_NOTHING);                                                    \
    if (!sim_nvml_is_initialised())                                                                \
        return NVML_ERROR_UNINITIALIZED;                                                           \
    if (!(is_valid))                                                                               \
    return NVML_ERROR_INVALID_ARGUMENT

/* A call about a device: afterwards `target` is what the handle stands for. */
#define NVML_ENTER_DEVICE(handle, accepts, is_valid)                                               \
    NVML_ENTER(is_valid);                                                                          \
    struct sim_nvml_target target;                                                                 \
    const nvmlReturn_t problem = sim_nvml_find(handle, accepts, &target);                          \
    if (problem != NVML_SUCCESS)                                                                   \
    return problem

#endif
