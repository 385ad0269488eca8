/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private folder of one run: the synthetic root, links to the doubles that the machine has, the
 * state that its processes share; and the environment that leads a program there.
 */
#ifndef SIM_LAUNCHER_PRIVATE_H
#define SIM_LAUNCHER_PRIVATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script/script.h"

struct sim_private {
    char path[PATH_MAX]; /* "" if there is none */
};

/* Makes it in $TMPDIR, for a simulator that lies in `simulator` (absolute). Faults that are in
 * effect by how the folder was made are marked as fired. False with one line in `err`; what was
 * made until then is there to be removed. */
bool sim_private_make(struct sim_private *folder, const char *simulator,
                      const struct sim_script *script, char *err, size_t err_size);

/* Removes it with all that is in it; nothing if there is none. */
void sim_private_remove(struct sim_private *folder);

/* Points this process's environment at it, for the program that it is about to run. */
bool sim_private_environment(const struct sim_private *folder, const char *simulator,
                             const char *profile, const char *faults);

/* Which faults did not fire: count, and their numbers. False if the state cannot be read. */
bool sim_private_unfired(const struct sim_private *folder, unsigned fault_count,
                         unsigned unfired[SIM_SCRIPT_FAULTS], unsigned *count);

/* How late it is on the simulated machine, in picoseconds: its processes share one clock, so this
 * is the virtual time of the whole run. False if the state cannot be read. */
bool sim_private_clock(const struct sim_private *folder, uint64_t *clock_ps);

#endif
