/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --simulate: this program hands over to the simulator's launcher, which runs it again on a
 * simulated machine. Nothing else in the product knows of simulation.
 */
#ifndef GST_RUN_SIMULATE_H
#define GST_RUN_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>

#include "run/settings.h"

/* Where the launcher is: below `sim_dir` (GPU_SELFTEST_SIM_DIR, may be NULL), else beside the
 * folder of `program` as in the build tree or as installed. False, with the places in `error`, if
 * none of them holds a program. */
bool gst_simulate_find(const char *program, const char *sim_dir, char *path, size_t path_size,
                       char *error, size_t error_size);

/* The launcher's arguments: profile and faults, "--", `program` and argv without --simulate and
 * --fault. NULL-terminated, to be freed, its words belong to `settings` and argv. NULL if there is
 * no memory. */
char **gst_simulate_arguments(const struct gst_settings *settings, const char *launcher,
                              const char *program, int argc, char *const argv[]);

/* Becomes the launcher. Returns only if that is not possible, with one line in `error`. */
void gst_simulate(const struct gst_settings *settings, int argc, char *const argv[], char *error,
                  size_t size);

#endif
