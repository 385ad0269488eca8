/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verb explain for a text that was pasted: a report of ours, or what an engine, a hook, the
 * kernel or a program printed.
 */
#ifndef GST_RUN_EXPLAIN_H
#define GST_RUN_EXPLAIN_H

#include <stdio.h>

/* Reads `in` to its end, writes what is known of it and returns the exit code: 0 where something
 * is, 3 where nothing is. */
int gst_explain(FILE *in, FILE *out);

#endif
