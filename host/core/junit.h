/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for CI systems: JUnit XML, one test case per workload, and one for each finding
 * that belongs to none.
 */
#ifndef GST_CORE_JUNIT_H
#define GST_CORE_JUNIT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/report.h"

/* Writes a concluded report; control characters that XML forbids become '?'. */
bool gst_junit_write(const struct gst_report *report, FILE *out);

#endif
