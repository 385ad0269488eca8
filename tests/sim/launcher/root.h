/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The synthetic root: what a machine like this shows in /proc, /sys and /dev. Device nodes are
 * empty regular files, since not everybody may make nodes; a reader can only ask whether they
 * exist.
 */
#ifndef SIM_LAUNCHER_ROOT_H
#define SIM_LAUNCHER_ROOT_H

#include <stdbool.h>
#include <stddef.h>

#include "script/machine.h"

/* Fills the folder `root`, which exists. False with one line in `err`. */
bool sim_root_make(const char *root, const struct sim_machine *machine, char *err, size_t err_size);

#endif
