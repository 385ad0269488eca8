/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of list.h as a table. */
#include "workloads/list.h"

#define ROW(symbol) &gst_workload_##symbol,

static const struct gst_workload *const rows[] = { GST_WORKLOADS(ROW) };

const struct gst_workload_list gst_workloads = { rows, sizeof(rows) / sizeof(rows[0]) };
