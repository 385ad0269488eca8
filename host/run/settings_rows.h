/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line's one list of options, with defaults and help, and which of them mean something
 * to which verb.
 */
#ifndef GST_RUN_SETTINGS_ROWS_H
#define GST_RUN_SETTINGS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/options.h"
#include "run/settings.h"

/* All rows; they fill a struct gst_settings. */
const struct gst_option *gst_settings_rows(size_t *count);

/* Copies those that a program understands which is the audit alone; returns how many. */
size_t gst_settings_rows_of_audit(struct gst_option chosen[GST_OPTION_ROWS_MAX]);

/* False with one line in `error` if an option was given that means nothing to the verb, or to a run
 * of workloads: it would be believed to have changed something. Bit i of `given` is row i. */
bool gst_settings_check_audience(const struct gst_settings *settings, uint64_t given, char *error,
                                 size_t size);

/* The first of those that were given and mean something to collectives alone, NULL if none was;
 * *has_op says whether --op is among them. Bit i of `given` is row i. */
const char *gst_settings_collective_option(uint64_t given, bool *has_op);

/* "quick", "full". */
const char *gst_settings_level_name(int level);

#endif
