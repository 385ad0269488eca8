/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of misuse that a real driver lets pass. GPU_SELFTEST_SIM_STRICT=log prints each with the
 * place of the call, =abort also ends the program there; unset, they are only counted.
 */
#ifndef SIM_MODEL_STRICT_H
#define SIM_MODEL_STRICT_H

#include <stdbool.h>

/* False if the word is neither "log" nor "abort"; NULL switches the reports off. */
bool sim_strict_set(const char *word);

__attribute__((format(printf, 1, 2))) void sim_strict_report(const char *format, ...);

/* How many reports there were, printed or not. */
unsigned sim_strict_count(void);

#endif
