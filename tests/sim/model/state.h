/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all processes of one simulated run share: how often each fault's call was made, which
 * faults fired, which GPUs are lost, how late it is, how much memory each process holds. The suite
 * under test works in child processes that die on purpose, so everything here is one atomic word
 * at a time and stays true when a process ends in the middle.
 */
#ifndef SIM_MODEL_STATE_H
#define SIM_MODEL_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SIM_STATE_FAULTS    256
#define SIM_STATE_GPUS      16
#define SIM_STATE_PROCESSES 64

struct sim_state_process {
    _Atomic int32_t pid; /* 0: free */
    _Atomic uint64_t used_bytes[SIM_STATE_GPUS];
};

struct sim_state {
    uint32_t magic;
    _Atomic uint64_t clock_ps;
    _Atomic uint64_t calls[SIM_STATE_FAULTS]; /* calls that the fault's entry has counted */
    _Atomic uint32_t fired[SIM_STATE_FAULTS];
    _Atomic uint32_t lost[SIM_STATE_GPUS];
    struct sim_state_process processes[SIM_STATE_PROCESSES];
};

/* Makes the file for a run. False, with errno, if it cannot. */
bool sim_state_create(const char *path);

/* Maps the file; NULL, with errno, if it is none of ours. A NULL path gives private memory. */
struct sim_state *sim_state_open(const char *path);
void sim_state_close(struct sim_state *state);

/* This process's row, taken from the dead where none is free; NULL if all are in use. */
struct sim_state_process *sim_state_process(struct sim_state *state);

/* What all living processes together hold on this GPU. */
uint64_t sim_state_used_bytes(const struct sim_state *state, unsigned gpu);

/* Moves the shared clock forward to this time, never back. */
void sim_state_clock_set(struct sim_state *state, uint64_t clock_ps);

#endif
