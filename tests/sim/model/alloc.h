/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory as callers ask for it: device memory up to what the modelled GPU has, pinned host memory,
 * and what a pointer is.
 */
#ifndef SIM_MODEL_ALLOC_H
#define SIM_MODEL_ALLOC_H

#include "model/context.h"

/* What a primary context takes from the memory of its GPU before anybody allocates. */
#define SIM_CONTEXT_BYTES ((uint64_t)512 << 20)

int sim_alloc_device(struct sim_context *context, uint64_t size_bytes, uintptr_t *address);
int sim_alloc_pinned(struct sim_context *context, uint64_t size_bytes, unsigned flags,
                     void **address);
/* Waits for the device first, as documented, and reports what would otherwise have been hit. */
int sim_free(struct sim_context *context, enum sim_block_kind kind, uintptr_t address);
void sim_alloc_info(const struct sim_context *context, size_t *available, size_t *total);

/* The living block that holds all of the range; NULL if none does. */
struct sim_block *sim_block_at(uintptr_t address, uint64_t size_bytes, enum sim_block_kind kind);
/* The device on which the block was allocated. */
struct sim_device *sim_block_device(const struct sim_block *block);
int sim_pointer_attribute(void *value, int attribute, uintptr_t address);

/* The context goes: its memory with it. */
void sim_blocks_drop(const struct sim_context *context);

#endif
