/* SPDX-License-Identifier: Apache-2.0 */
/* The program under simulation as a child: signals go on to it, its end becomes our exit code. */
#ifndef SIM_LAUNCHER_CHILD_H
#define SIM_LAUNCHER_CHILD_H

/* Runs it to its end: its exit code, 128 + signal if it was killed, 127 if it cannot be run. */
int sim_child_run(char *const arguments[]);

#endif
