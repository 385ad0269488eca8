/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking whether work is done. A question costs what any call costs; who asks for the same again,
 * and has put in nothing since, has nothing else to do than to wait: then time passes until the
 * first thing that was asked for has happened. So a loop that asks for several ends, and soon.
 */
#ifndef SIM_MODEL_POLL_H
#define SIM_MODEL_POLL_H

#include "model/context.h"

/* The question about an event or a stream, whose last work is `op`: CUDA_SUCCESS,
 * CUDA_ERROR_NOT_READY, or what the context that it belongs to failed with. */
int sim_poll(struct sim_context *context, const void *about, struct sim_op_ref op);

#endif
