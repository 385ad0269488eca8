/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The synthetic root: what a machine like this shows in /proc, /sys and /dev. Device nodes are
 * empty regular files, since not everybody may make nodes; what they would be stands in the lists
 * of a capture (tests/fixtures/README.md), which this folder is, too. GPUs that CUDA or NVML do not
 * show, and lost ones, are still on the bus; the module is loaded even where libraries are missing.
 */
#ifndef SIM_LAUNCHER_ROOT_H
#define SIM_LAUNCHER_ROOT_H

#include <stdbool.h>
#include <stddef.h>

#include "script/machine.h"

/* Writes it below the empty directory `folder`. False with one line in `err`. */
bool sim_root_write(int folder, const struct sim_machine *machine, char *err, size_t err_size);

#endif
