/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that belong to no context: loaded into each one where a kernel of theirs is launched.
 */
#ifndef SIM_MODEL_LIBRARY_H
#define SIM_MODEL_LIBRARY_H

#include "model/module.h"

/* Loads into the context at once too, so that an image that will not do is refused here. */
int sim_library_load(struct sim_context *context, const void *image, void **handle);
int sim_library_unload(void *handle);
int sim_library_kernel(void *library, const char *name, void **handle);
/* The kernel's function in this context; NULL if the handle is none, or it cannot be loaded. */
const struct sim_function *sim_library_function(struct sim_context *context, const void *handle,
                                                int *error);

#endif
