/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contexts of the driver: primary ones, retained and released; one is current per thread. Also who
 * may reach whose memory.
 */
#ifndef SIM_MODEL_CONTEXT_H
#define SIM_MODEL_CONTEXT_H

#include "model/world.h"

int sim_context_retain(struct sim_device *device, void **handle);
int sim_context_release(struct sim_device *device);

/* NULL makes none current. */
int sim_context_set_current(void *handle);
/* NULL if none is. */
void *sim_context_current_handle(void);
/* The context to work in: 201 if none is current, 709 if it is gone, or its sticky error. */
int sim_context_need(struct sim_context **context);
/* The context behind a handle; NULL if it is none or gone. */
struct sim_context *sim_context_get(void *handle);

/* The context is unusable from now on; the first reason stays. */
void sim_context_fail(struct sim_context *context, int error);

/* Waits for everything that was submitted to the context. */
int sim_context_synchronize(struct sim_context *context);

bool sim_peer_possible(const struct sim_device *device, const struct sim_device *peer);
int sim_peer_enable(struct sim_context *context, void *peer_handle);
int sim_peer_disable(struct sim_context *context, void *peer_handle);

#endif
