/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PCIe links above the GPUs' own, as sysfs shows them: which GPUs share one, what each may
 * expect of it when all copy at once, and which of them runs below what it could. A GPU's own link
 * is NVML's to tell (gpu/pcie.h).
 */
#ifndef GST_WORKLOADS_FAN_UPLINKS_H
#define GST_WORKLOADS_FAN_UPLINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/finding.h"
#include "core/judge.h"
#include "gpu/env.h"

#define GST_UPLINKS_MAX 128
#define GST_UPLINKS_GPU 8 /* above one GPU */

struct gst_uplink {
    char upper[20]; /* addresses of the ports at its two ends */
    char lower[20];
    unsigned generation, width;         /* as it runs now; 0: not told */
    unsigned generation_max, width_max; /* what both ends could do; 0: not told */
    uint32_t below;                     /* bit n: env->gpus[n] is below it */
};

/* The ways from env->gpus[n] up. */
struct gst_uplinks {
    bool is_told; /* sysfs shows the bridges above every GPU, and no hypervisor made them up */
    size_t count;
    struct gst_uplink links[GST_UPLINKS_MAX];
    struct gst_uplinks_way {
        size_t count;
        size_t links[GST_UPLINKS_GPU];  /* into `links`, from the host down */
        double shares[GST_UPLINKS_GPU]; /* of each, that this GPU has when all below it copy */
    } ways[GST_ENV_GPUS];
};

/* Reads the tree above the selected GPUs. */
void gst_uplinks_read(struct gst_uplinks *uplinks, const struct gst_env *env);

/* Reads again what the links above env->gpus[n] run at and keeps the best: an idle link may be
 * slower. */
void gst_uplinks_raise(struct gst_uplinks *uplinks, const struct gst_env *env, size_t n);

/* How many of the selected GPUs are below it. Pure, as all that follow. */
unsigned gst_uplink_gpus(const struct gst_uplink *link);

/* The shared link of which env->gpus[n] has the least, as it could run at most. NULL: none is
 * shared, or the tree is not told. */
const struct gst_uplink *gst_uplinks_shared(const struct gst_uplinks *uplinks, size_t n);

/* Bytes per second that env->gpus[n] gets at once with the others, in one direction: a floor from
 * its share of that link; `own`, what the GPU's own link could do, caps it. Nothing shared: `own`
 * without a floor, since then the host's memory decides, and no fact tells what it can do: of eight
 * H800 with links of their own each got 44.4 GB/s to the host of 55.1 alone, 70 % of the link and
 * less than the floor for one at a time (nvbandwidth 0.2 all_to_host_memcpy_ce). */
struct gst_bar gst_uplinks_bar(const struct gst_uplinks *uplinks, size_t n, struct gst_bar own);

/* The same for this GPU alone: `own`, or the bar of a link above it that could do less. */
struct gst_bar gst_uplinks_bar_alone(const struct gst_uplinks *uplinks, size_t n,
                                     struct gst_bar own);

/* The link above env->gpus[n] that runs below what it could and, of those, leaves the least: for
 * all GPUs at once, or for this one alone. What it leaves goes to *bytes_per_s. NULL if all are
 * what they can be. */
const struct gst_uplink *gst_uplinks_degraded(const struct gst_uplinks *uplinks, size_t n,
                                              bool is_alone, double *bytes_per_s);

/* Its finding, hardware.pcie-uplink-narrow or hardware.pcie-uplink-slow. */
enum gst_finding_id gst_uplink_finding(const struct gst_uplink *link);

/* "PCIe 4.0 x8 of 4.0 x16 between 0000:14:00.0 and 0000:15:00.0, above gpu 0 and 1". Returns
 * `text`.
 */
const char *gst_uplink_describe(const struct gst_uplink *link, const struct gst_env *env,
                                char *text, size_t size);

#endif
