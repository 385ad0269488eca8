/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one list of workloads, in the order in which they run: what tells most about a broken machine
 * comes first. Adding a workload takes a row here and a file beside it.
 */
#ifndef GST_WORKLOADS_LIST_H
#define GST_WORKLOADS_LIST_H

#include "run/workload.h"

#define GST_WORKLOADS(X)                                                                           \
    X(audit)                                                                                       \
    X(device_query)                                                                                \
    X(vector_add)                                                                                  \
    X(launch)                                                                                      \
    X(host_copy)                                                                                   \
    X(peer_copy)                                                                                   \
    X(fan)                                                                                         \
    X(memory_bandwidth)                                                                            \
    X(latency)                                                                                     \
    X(memory_test)                                                                                 \
    X(sgemm)                                                                                       \
    X(burn)                                                                                        \
    X(all_reduce)                                                                                  \
    X(compile)

#define GST_WORKLOAD_DECLARATION(symbol) extern const struct gst_workload gst_workload_##symbol;
GST_WORKLOADS(GST_WORKLOAD_DECLARATION)
#undef GST_WORKLOAD_DECLARATION

extern const struct gst_workload_list gst_workloads;

#endif
