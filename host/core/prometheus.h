/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for monitoring: the text format that node_exporter's textfile collector reads.
 */
#ifndef GST_CORE_PROMETHEUS_H
#define GST_CORE_PROMETHEUS_H

#include <stdbool.h>
#include <stdio.h>

#include "core/report.h"

/* Writes a concluded report: gpu_selftest_* gauges in base units, one HELP and TYPE per family. */
bool gst_prometheus_write(const struct gst_report *report, FILE *out);

#endif
