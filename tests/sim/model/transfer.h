/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies and fills: what they may touch, which links they load, when the host goes on. Follows the
 * "API synchronization behavior" chapter of NVIDIA's documentation.
 */
#ifndef SIM_MODEL_TRANSFER_H
#define SIM_MODEL_TRANSFER_H

#include "model/context.h"

enum sim_place {
    SIM_PLACE_HOST,
    SIM_PLACE_DEVICE,
    SIM_PLACE_ANY, /* by what the pointer is */
};

struct sim_copy {
    uintptr_t target, source;
    uint64_t size_bytes;
    enum sim_place target_place, source_place; /* as the call claims */
    void *stream;
    bool is_async;
};

/* 1 if a range is not what the call claims or goes past the end of its block. */
int sim_copy_submit(struct sim_context *context, const struct sim_copy *copy);

/* Fills size_bytes with repetitions of the low `width` bytes of the value (1 or 4). */
int sim_fill_submit(struct sim_context *context, uintptr_t target, uint32_t value, unsigned width,
                    uint64_t size_bytes, void *stream);

#endif
