/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the GPUs of this machine are joined for a collective, from what CUDA, NVML and sysfs say of
 * them now: the live topology that bounds are made of.
 */
#ifndef GST_COLLECTIVE_WAY_SITE_H
#define GST_COLLECTIVE_WAY_SITE_H

#include "collective/way/bound.h"
#include "collective/way/graph.h"
#include "gpu/env.h"
#include "gpu/peers.h"
#include "topology/pci.h"

/* What joins two GPUs. */
struct gst_way_pair {
    bool can_peer;          /* CUDA gives each access to the other's memory */
    unsigned nvlinks;       /* that there should be between them */
    bool is_untold;         /* there may be more */
    bool is_bus_untold;     /* sysfs shows nothing of them: `link` is a guess */
    enum gst_way_link link; /* by NCCL's classes: NVL where NVLinks join them, else PIX to SYS */
    bool is_switched_pcie;  /* switches alone hand over, as far as is told */
    bool shares_port;       /* of a switch or the CPU: what both send to it shares a link */
    char bus[160]; /* "PIX: ACS of a port sends it up to the CPU; IOMMU translating"; empty:
                      not told */
};

/* What joins these `count` GPUs (as in env->gpus), one rank each: `count` x `count` pairs that the
 * caller frees, row by row; one with itself is zero, and so is a pair with a GPU of -1, which is
 * not to be seen from here. NULL without memory. `peers` as gst_peers_ask() left them. */
struct gst_way_pair *gst_way_pairs_read(struct gst_env *env, const struct gst_peers *peers,
                                        const int *gpus, int count);

/* Fills `site` for these GPUs with what gst_way_pairs_read() told, all on this machine. Links are
 * those that there should be, so that one that is down shows as slow. */
void gst_way_site_read(struct gst_way_site *site, struct gst_env *env,
                       const struct gst_peers *peers, const struct gst_way_pair *pairs,
                       const int *gpus, int count);

/* What joins them all, from the least of every pair. Pure. */
enum gst_way_kind gst_way_kind_of(const struct gst_way_pair *pairs, int count, bool is_switched);

/* Do all ports above a device say that they can do as much as `most`, which is what NVML says of
 * GPU and slot? A slot may have fewer lanes than its GPU, and one that does not say may be such.
 * Pure. */
bool gst_way_is_wide_above(const struct gst_pci_device *device, struct gst_pci_link most);

/* Is some pair without NVLinks SYS apart: at two NUMA nodes, or at some that nobody names? Pure. */
bool gst_way_is_across_nodes(const struct gst_way_pair *pairs, int count);

#endif
