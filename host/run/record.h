/* SPDX-License-Identifier: Apache-2.0 */
/* The first and the last line of a report, the same for everything that makes one. */
#ifndef GST_RUN_RECORD_H
#define GST_RUN_RECORD_H

#include <stdio.h>

#include "core/report.h"
#include "run/settings.h"

/* Which build, which host, when, what was asked. */
void gst_record_begin(struct gst_report *report, const struct gst_settings *settings);

/* Concludes, writes whatever the settings ask for, and returns the exit code by --exit-map. `out`
 * NULL: standard output is closed. */
int gst_record_end(struct gst_report *report, const struct gst_settings *settings, FILE *out);

/* The exit code by --exit-map. */
int gst_record_exit(enum gst_exit code, const struct gst_settings *settings);

#endif
