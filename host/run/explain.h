/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verb explain for a text that was pasted: a report of ours, or what an engine, a hook, the
 * kernel or a program printed.
 */
#ifndef GST_RUN_EXPLAIN_H
#define GST_RUN_EXPLAIN_H

#include <stdio.h>

#include "core/finding.h"

/* Reads `in` to its end, writes what is known of it and returns the exit code: 0 where something
 * is, 3 where nothing is. `json` as in --json, or NULL. */
int gst_explain(FILE *in, const char *json, FILE *out);

/* The same of an id. */
int gst_explain_id(enum gst_finding_id finding, const char *json, FILE *out);

#endif
