/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where faults from the script touch the model. Each function applies what the script says and
 * marks the fault as fired when it made a difference: a fault that never fired fails the run.
 */
#ifndef SIM_MODEL_FAULT_H
#define SIM_MODEL_FAULT_H

#include <stdbool.h>

#include "model/clock.h"
#include "model/memory.h"

/*
 * A call was made: counts it and does what the plan says about it. True if the call must return
 * `result` without doing anything. A call that hangs, crashes or aborts does not come back; the
 * caller must not hold the lock. `takes` is what it takes beyond its price.
 */
bool sim_fault_call(const char *symbol, int *result, sim_time *takes);

/* Has it made a difference already? */
bool sim_fault_has_fired(unsigned fault);

/* The next block on the GPU that is big enough carries the bit that will flip. */
void sim_fault_arm_flip(unsigned gpu, struct sim_block *block);

/* Something used this part of the machine: faults that slow it down have fired. */
void sim_fault_used_link(unsigned gpu, unsigned peer);
void sim_fault_used_memory(unsigned gpu);
void sim_fault_used_pcie(unsigned gpu);
void sim_fault_used_uplink(int bridge);
void sim_fault_used_sockets(int from, int to);
void sim_fault_used_far_memory(void);
void sim_fault_used_fabric(void);
void sim_fault_used_clock(unsigned gpu);
void sim_fault_used_latency(unsigned gpu);

/* Does what goes over the PCIe link of this GPU, or from one GPU to another, never end from now on?
 * The mark is set if so, and by the next two. */
bool sim_fault_pcie_hangs(unsigned gpu);
/* Does somebody else have half of the link just now? */
bool sim_fault_pcie_disturbed(unsigned gpu);
bool sim_fault_link_hangs(unsigned from, unsigned to);
/* Does what goes directly from one GPU to the other get lost? Does it go through the host? */
bool sim_fault_link_drops(unsigned from, unsigned to);
bool sim_fault_link_is_staged(unsigned from, unsigned to);
/* The byte of this many that crossed the link, and the bit in it, that arrived wrong. False if none
 * did; else the mark is set. */
bool sim_fault_link_flips(unsigned from, unsigned to, uint64_t size_bytes, uint64_t *byte,
                          unsigned *bit);

/* What is wrong with this kernel. */
struct sim_kernel_fault {
    bool hangs;
    bool is_wrong;
    uint64_t element; /* of the output, in floats */
};
struct sim_kernel_fault sim_fault_kernel(const char *name);
/* The wrong element was written: the fault has fired. */
void sim_fault_kernel_was_wrong(const char *name);

/* Is the image cut short? */
bool sim_fault_image_truncated(const char *file);
/* The version that the image's PTX claims to have. */
int sim_fault_ptx_isa(int ptx_isa);

void sim_fault_fired(unsigned fault);

#endif
