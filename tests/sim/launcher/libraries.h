/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which libraries a simulated machine has, by name: the driver's, and those of its toolkit's major
 * version. And which of them this machine has that the simulated one lacks.
 */
#ifndef SIM_LAUNCHER_LIBRARIES_H
#define SIM_LAUNCHER_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

#include "script/machine.h"

/* The n-th double that the machine has; NULL past the last. */
const char *sim_libraries_of(const struct sim_machine *machine, size_t index);

/* Would the loader find a library on this machine that is a double's name and not in `folder`? */
bool sim_libraries_need_absent(const char *folder);

#endif
