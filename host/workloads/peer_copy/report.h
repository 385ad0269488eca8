/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the samples of copies between GPUs to numbers, bars and the one finding behind slow ones.
 */
#ifndef GST_WORKLOADS_PEER_COPY_REPORT_H
#define GST_WORKLOADS_PEER_COPY_REPORT_H

#include <stdbool.h>

#include "workloads/peer_copy/bench.h"

/* Records the last pass as metric `def`, pair by pair, and says of those that are slow, once for
 * each GPU or pair at fault, why. */
bool gst_peer_report_pass(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                          const struct gst_metric_def *def, const char *variant,
                          struct gst_status *st);

/* Answers for each GPU whether all its NVLinks are up, where its siblings have any. */
void gst_peer_report_links(struct gst_run *run, const struct gst_peers *peers);

/* Tells which pairs the driver refuses although it says that they can, and which are joined by
 * NVLinks and may not use them. */
void gst_peer_report_access(struct gst_run *run, const struct gst_peers *peers);

/* Notes copies between GPUs below PCIe switches that go up to the CPU all the same, as far as sysfs
 * shows it. */
void gst_peer_report_redirects(struct gst_run *run, const struct gst_peers *peers);

/* The way of each pair, as a fact of the GPU that data leave: "path_to_gpu_3". */
void gst_peer_report_paths(struct gst_run *run, const struct gst_peers *peers);

/* At the end: what made copies smaller than wanted, or kernels impossible, and what each GPU was
 * like meanwhile; as facts. */
void gst_peer_report_circumstances(struct gst_peer_bench *bench);

/* At the end: copies that were dropped, and for each GPU how much arrived there unchanged. */
void gst_peer_report_data(const struct gst_peer_bench *bench);

#endif
