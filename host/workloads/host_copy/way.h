/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way between host memory and one GPU while copies are measured, and why they are slow if they
 * are: the GPU's own PCIe link, those above it, where the memory came from, and the GPU's own
 * state.
 */
#ifndef GST_WORKLOADS_HOST_COPY_WAY_H
#define GST_WORKLOADS_HOST_COPY_WAY_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/condition.h"
#include "gpu/near.h"
#include "gpu/pcie.h"
#include "workloads/fan/uplinks.h"

struct gst_host_way {
    struct gst_env *env;
    const struct gst_gpu *gpu;
    size_t place; /* of the GPU in env->gpus */
    bool is_behind_pcie;
    struct gst_near near;      /* the caller begins and ends it */
    struct gst_pcie_link link; /* the GPU's own, under load */
    struct gst_condition condition;
    struct gst_uplinks *uplinks; /* the caller's, for all GPUs */
};

/* Before the work, with a context on the GPU. */
void gst_host_way_begin(struct gst_host_way *way, struct gst_env *env, size_t place,
                        struct gst_uplinks *uplinks);

/* While copies are on their way. */
void gst_host_way_sample(struct gst_host_way *way);

/* What the GPU's own link could do, whatever it does now: that is for the explanation. No bar where
 * NVML does not tell. Pure, as all below. */
struct gst_bar gst_host_way_bar(const struct gst_host_way *way);

/* Why the copies are slow, of this GPU alone or of all at once. A link that is not all it can be
 * comes first, for it is there whatever else is, and of several the one that leaves least; settings
 * of the clocks come last, for copies hardly need them. */
enum gst_finding_id gst_host_way_explain(const struct gst_host_way *way, bool is_alone);

/* What was seen of it, in one line. Returns `text`. */
const char *gst_host_way_describe(const struct gst_host_way *way, bool is_alone, char *text,
                                  size_t size);

#endif
