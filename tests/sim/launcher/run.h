/* SPDX-License-Identifier: Apache-2.0 */
/* The program on the simulated machine: a child to which signals go on. */
#ifndef SIM_LAUNCHER_RUN_H
#define SIM_LAUNCHER_RUN_H

#include <signal.h>
#include <stdbool.h>

#define SIM_RUN_STREAMS 3

/* Which of the standard streams were closed: the program is to find them so. */
struct sim_run_streams {
    bool is_closed[SIM_RUN_STREAMS];
};

/* First of all: a closed stream would be given to the next file that is opened. */
void sim_run_fill_streams(struct sim_run_streams *streams);

/* From here on no signal that asks to end ends this process, so that it can tidy up. `before` takes
 * the signal mask that the program is to have. */
void sim_run_hold_signals(sigset_t *before);

/* Runs it to its end and passes signals on. Its exit code, 128 + signal if it was killed or if
 * a signal came before it was started, 126 or 127 if it cannot be run (one line on stderr). */
int sim_run(char *const program[], const sigset_t *mask, const struct sim_run_streams *streams);

#endif
