/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that belong together: the same question, asked in the same way by one workload, of each
 * GPU or of each pair of them. Pure.
 */
#ifndef GST_CORE_METRIC_GROUP_H
#define GST_CORE_METRIC_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/report.h"

/* A group with more numbers is summed up: eight GPUs, alike and well, need three lines and not
 * eight. */
#define GST_GROUP_ROWS_SHOWN 4

/* The group whose first number is metrics[first], in the order in which they were measured; 0 if
 * the group began earlier. `rows` has room for metric_count. */
size_t gst_metric_group(const struct gst_report *report, size_t first,
                        const struct gst_metric **rows);

/* Is it of pairs of GPUs, and of more than fit into rows? Such a group is shown as a matrix. */
bool gst_metric_group_is_matrix(const struct gst_metric *const *rows, size_t count);

/* FAIL or ERROR. */
bool gst_metric_is_bad(const struct gst_metric *metric);

/* "peer-copy.write copy-engine": the name and what it was measured with. Returns `text`. */
const char *gst_metric_name(const struct gst_metric *metric, char *text, size_t size);

#endif
