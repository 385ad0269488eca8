/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes on a bad link between two GPUs: what a copy, or a kernel that reads and writes the memory
 * of another GPU, gets to see of it. A byte has one bit turned over each time that it crosses;
 * where nothing arrives, what was written is not there, and what is read is all ones, as on a bus
 * without an answer.
 */
#ifndef SIM_MODEL_WIRE_H
#define SIM_MODEL_WIRE_H

#include "exec/exec.h"
#include "model/world.h"

/* These bytes arrived there from one GPU at the other: turns over the bit that is wrong. */
void sim_wire_flip(const struct sim_device *from, const struct sim_device *to, uintptr_t address,
                   uint64_t size_bytes);

/* What is to be put back after a kernel ran. */
struct sim_wire {
    unsigned count;
    struct {
        uintptr_t address;
        uint64_t size_bytes;
        void *bytes;
    } kept[SIM_COST_ACCESSES];
};

/* Before and after a kernel runs on the device: memory of other GPUs shows what the links make of
 * it, then what it really holds. Blocks must be open. */
void sim_wire_begin(struct sim_wire *wire, const struct sim_device *device,
                    const struct sim_cost *cost);
void sim_wire_end(struct sim_wire *wire, const struct sim_device *device,
                  const struct sim_cost *cost);

#endif
