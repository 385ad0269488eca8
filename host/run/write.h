/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where reports go. A file appears complete or not at all; a report that cannot be written where it
 * was asked for goes to standard error instead, so that it is never lost.
 */
#ifndef GST_RUN_WRITE_H
#define GST_RUN_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/report.h"
#include "run/settings.h"

typedef bool (*gst_writer)(const struct gst_report *report, FILE *out);

/* Writes to a file beside `path` and renames it; devices and pipes are written to as they are.
 * False with one line in `error`; an older file is then untouched. */
bool gst_write_file(const struct gst_report *report, gst_writer writer, const char *path,
                    char *error, size_t size);

/* As gst_write_file, for anything else that has a writer. */
bool gst_write_value(const void *value, bool (*writer)(const void *value, FILE *out),
                     const char *path, char *error, size_t size);

/* Writes all that the settings ask for; text to `out`, or to standard error where --json takes
 * `out`. `out` NULL stands for a standard output that is closed. False if any had to go to standard
 * error instead. */
bool gst_write_all(const struct gst_report *report, const struct gst_settings *settings, FILE *out);

#endif
