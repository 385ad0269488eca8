/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container was given: a driver shows a process the GPUs whose nodes it can open, and of
 * MIG the instances whose capabilities. With GPU_SELFTEST_SIM_NODES=FOLDER a simulated machine
 * does so, too; otherwise all is shown, as on a bare host.
 */
#ifndef SIM_SCRIPT_NODES_H
#define SIM_SCRIPT_NODES_H

#include "script/machine.h"

/* Hides GPUs without a node, and takes away instances without one. `folder` NULL or "": does
 * nothing. */
void sim_nodes_apply(struct sim_machine *machine, const char *folder);

/* The number of the node that opens a compute instance, /dev/nvidia-caps/nvidia-capN. */
unsigned sim_nodes_capability(unsigned gpu, unsigned gpu_instance, unsigned compute_instance);

#endif
