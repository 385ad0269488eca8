/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root ports and PCIe switches of a machine as sysfs shows them: folders inside one another,
 * from the host bridge down to the GPU, and a link to each in the list of all devices.
 */
#ifndef SIM_LAUNCHER_BUS_H
#define SIM_LAUNCHER_BUS_H

#include "launcher/tree.h"
#include "script/machine.h"

/* Is this GPU below a root port that the profile tells, or a switch whose bus it tells? */
bool sim_bus_shows(const struct sim_machine *machine, const struct sim_gpu *gpu);

/* Writes these ports, and the folders of the GPUs below them, with nothing in them but the link to
 * the driver. To be called before the GPUs' own files are written. */
void sim_bus_put(struct sim_tree *tree, const struct sim_machine *machine);

#endif
