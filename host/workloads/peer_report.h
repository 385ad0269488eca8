/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the samples of copies between GPUs to numbers, bars and the one finding behind slow ones.
 */
#ifndef GST_WORKLOADS_PEER_REPORT_H
#define GST_WORKLOADS_PEER_REPORT_H

#include <stdbool.h>

#include "workloads/peer_bench.h"

/* Floors are of copies of this size and more: below, the cost of starting a copy tells. */
#define GST_PEER_JUDGED_FROM ((size_t)16 << 20)

/* What a pair could do at most, and what every healthy one of its class does. NVLinks are judged by
 * as many as there should be; PCIe by the narrower of both GPUs' links, with a floor only for
 * writes that switches alone forward; there is no floor for kernels, for both ways at once, through
 * the host, for copies below 16 MiB, and where the host did not keep ahead. */
struct gst_bar gst_peer_bar(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                            int from, int to);

/* Records the last pass as metric `def`, pair by pair, and says of those that are slow, once for
 * each GPU or pair at fault, why. */
bool gst_peer_report_pass(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
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

/* At the end: copies that were dropped, and for each GPU how much arrived there unchanged. */
void gst_peer_report_data(const struct gst_peer_bench *bench);

#endif
