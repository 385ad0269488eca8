/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the runtime adds to the driver: it initialises by itself, follows the driver's current
 * context and takes the primary one where none is, and remembers the last error of each thread.
 */
#ifndef SIM_CUDART_RUNTIME_H
#define SIM_CUDART_RUNTIME_H

#include "cudart_prototypes.h"
#include "model/context.h"
#include "model/enter.h"

enum runtime_need {
    RUNTIME_NEEDS_NOTHING,
    RUNTIME_NEEDS_DEVICES, /* 35, 100: a driver that is new enough, with a device */
    RUNTIME_NEEDS_CONTEXT,
};

struct sim_call runtime_enter(const char *symbol, enum runtime_need need);

/* Every function but the ones about errors begins so; `sim_call.context` is the context. */
#define RUNTIME_ENTER(need)                                                                        \
    __attribute__((cleanup(sim_leave))) struct sim_call sim_call = runtime_enter(__func__, need);  \
    if (sim_call.is_refused)                                                                       \
    return sim_call.result

/* Remembers what failed; gives the error back. */
cudaError_t runtime_note(int error);
/* The remembered error; forgets it, unless the context will not recover, if `is_fetched`. */
cudaError_t runtime_last_error(bool is_fetched);

int runtime_version(void);
/* The device that calls without a context would use. */
int runtime_device(void);
int runtime_set_device(int ordinal);

#endif
