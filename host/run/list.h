/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this program can do, made from the tables that decide it: `list` and `--version`.
 */
#ifndef GST_RUN_LIST_H
#define GST_RUN_LIST_H

#include <stdio.h>

#include "run/workload.h"

/* Workloads, groups, metrics and kernel images. */
void gst_list_write(struct gst_workload_list list, FILE *out);

/* The README's table of workloads. */
void gst_list_write_markdown(struct gst_workload_list list, FILE *out);

/* Version, commit, kernel images and the libraries that are looked for. */
void gst_list_write_version(FILE *out);

#endif
