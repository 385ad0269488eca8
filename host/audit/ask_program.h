/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program that says what it enters, what it learnt and that it is done, a line each, and
 * adds what became of it. Grammar and the words of problems: host/probe/README.md.
 */
#ifndef GST_AUDIT_ASK_PROGRAM_H
#define GST_AUDIT_ASK_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* Runs `arguments` as gst_program_run does. `text` gets the lines, and a line "PREFIXproblem ..."
 * at their end where the program could not be run or did not come to its own end: that is an
 * answer, too. `prefix` is what each of its lines begins with, "" or ending in a blank. False only
 * if no process or descriptor is to be had. */
bool gst_ask_program(const char *const *arguments, const char *prefix, double deadline_s,
                     char *text, size_t size, struct gst_status *st);

#endif
