/* SPDX-License-Identifier: Apache-2.0 */
/* What the launcher was asked for: --profile NAME [--fault TEXT]... -- PROGRAM ARGS... */
#ifndef SIM_LAUNCHER_ARGUMENTS_H
#define SIM_LAUNCHER_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "script/script.h"

struct sim_arguments {
    bool asks_help, asks_list;
    const char *profile;                /* NULL if not given */
    char faults[SIM_SCRIPT_TEXT_BYTES]; /* of every --fault, one a line; "" if there is none */
    char **program;                     /* with its arguments; NULL if not given */
};

/* Reads the command line; the result points into it. False with one line in `err` if a word is
 * unknown or something is missing, but for the profile: who knows their names says that. */
bool sim_arguments_read(struct sim_arguments *arguments, int argc, char **argv, char *err,
                        size_t err_size);

#endif
