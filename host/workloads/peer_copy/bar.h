/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a copy between two GPUs could reach, and what every healthy pair of its class does.
 */
#ifndef GST_WORKLOADS_PEER_COPY_BAR_H
#define GST_WORKLOADS_PEER_COPY_BAR_H

#include <stdbool.h>

#include "core/judge.h"
#include "workloads/peer_copy/bench.h"

/* What a pair could do at most, and what every healthy one of its class does. NVLinks are judged by
 * as many as there should be; PCIe by the narrower of both GPUs' links, with a floor only for
 * writes that switches alone forward; there is no floor for kernels, for both ways at once, through
 * the host, for copies below GST_BARS_FROM_BYTES, and where the host did not keep ahead. */
struct gst_bar gst_peer_bar(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                            int from, int to);

/* Are these pairs judged as joined by NVLinks: are there any, or should there be? */
bool gst_peer_is_over_nvlink(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                             int from, int to);

/* Of the narrower of both GPUs' PCIe links; none where one was not read. */
struct gst_bar gst_peer_bar_of_pcie(const struct gst_peer_bench *bench, int one, int other);

#endif
