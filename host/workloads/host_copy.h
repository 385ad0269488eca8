/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of host-copy that others compare theirs with. */
#ifndef GST_WORKLOADS_HOST_COPY_H
#define GST_WORKLOADS_HOST_COPY_H

/* One GPU at a time, pinned memory, one direction. */
#define GST_HOST_COPY_TO_GPU   "host-copy.to-gpu"
#define GST_HOST_COPY_FROM_GPU "host-copy.from-gpu"

#endif
