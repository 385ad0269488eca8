/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is true of the machine at this moment, for the double of NVML: by the number of the GPU in
 * the profile. Callers hold the lock, which sim_enter takes.
 */
#ifndef SIM_MODEL_LIVE_H
#define SIM_MODEL_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "script/machine.h"

/* The profile's machine with the faults in it. */
const struct sim_machine *sim_live_machine(void);
bool sim_live_is_lost(unsigned gpu);
/* Do bytes cross its PCIe link now? Only this process's work counts. */
bool sim_live_pcie_is_busy(unsigned gpu);
/* Is there any work of this process on it now? */
bool sim_live_is_busy(unsigned gpu);
/* What a process that is not of this run holds; 0 if there is none. */
uint64_t sim_live_foreign_bytes(unsigned gpu);
/* What all processes hold together. */
uint64_t sim_live_used_bytes(unsigned gpu);
/* Has the virtual time come? */
bool sim_live_is_past(uint64_t time_ps);
/* The fault made a difference; SIM_FAULT_NONE is fine. */
void sim_live_fired(int fault);

#endif
