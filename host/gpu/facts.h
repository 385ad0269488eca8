/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each source says of a GPU, put into the report under one key per fact, so that sources can
 * be held against each other and a person finds on one page what deviceQuery and nvidia-smi -q
 * show.
 */
#ifndef GST_GPU_FACTS_H
#define GST_GPU_FACTS_H

#include <stdbool.h>

#include "core/status.h"
#include "gpu/env.h"

/* Each writes the facts of one GPU. The driver and the runtime must answer; what NVML or sysfs do
 * not know on this board is left out. */
bool gst_facts_from_driver(struct gst_env *env, const struct gst_gpu *gpu, struct gst_status *st);
bool gst_facts_from_runtime(struct gst_env *env, const struct gst_gpu *gpu, struct gst_status *st);
void gst_facts_from_nvml(struct gst_env *env, const struct gst_gpu *gpu);
void gst_facts_from_sysfs(struct gst_env *env, const struct gst_gpu *gpu);

#endif
