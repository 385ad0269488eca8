/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One copy or fill in flight, and what it does to memory at its end: bytes move, unless the link
 * loses them or all is there already.
 */
#ifndef SIM_MODEL_TRANSFER_RUN_H
#define SIM_MODEL_TRANSFER_RUN_H

#include "model/context.h"

struct sim_transfer {
    struct sim_context *context;
    uintptr_t target, source;
    uint64_t size_bytes;
    struct sim_block *target_block, *source_block; /* NULL: pageable host memory */
    void *staging;                                 /* holds the source already; NULL if not */
    bool is_direct;                                /* from one GPU to another without a stop */
    bool is_fill;
    uint32_t value;
    unsigned width;
};

/* The device whose memory the block is; NULL for host memory and for no block. */
struct sim_device *sim_transfer_device(const struct sim_block *block);

/* Its blocks are in use from here to the release. */
void sim_transfer_hold(struct sim_transfer *transfer);
/* For the engine: `data` is the transfer. */
void sim_transfer_effect(void *data, sim_time end);
void sim_transfer_release(void *data);

#endif
