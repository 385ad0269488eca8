/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for programs: one JSON object, described by host/report.schema.json.
 */
#ifndef GST_CORE_JSON_H
#define GST_CORE_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "core/report.h"

/* Rises when a reader of the older form would misread the newer one. */
#define GST_REPORT_SCHEMA_VERSION 1

/* Writes a concluded report and a line feed. False if it could not be built or written. */
bool gst_json_write(const struct gst_report *report, FILE *out);

#endif
