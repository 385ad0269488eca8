/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from host memory to a GPU while data moves: the GPU's own link, which NVML reads, and the
 * links of the switches above it, which sysfs shows. A switch's way up can be the narrow one, and
 * the GPU's own link then looks right.
 */
#ifndef GST_WORKLOADS_PCIE_WAY_H
#define GST_WORKLOADS_PCIE_WAY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"
#include "core/judge.h"
#include "gpu/pcie.h"
#include "topology/pci.h"

struct gst_pcie_way {
    struct gst_env *env;
    const struct gst_gpu *gpu;
    bool is_behind_pcie;
    struct gst_pcie_link link;
    struct gst_pci_device path;
};

/* Finds the way of a GPU; nothing of it is read again until gst_pcie_way_read(). Never fails: what
 * a machine does not tell stays unknown. */
void gst_pcie_way_begin(struct gst_pcie_way *way, struct gst_env *env, const struct gst_gpu *gpu);

/* To be called while data moves; keeps the best that was seen of each link. */
void gst_pcie_way_read(struct gst_pcie_way *way);

/* What follows is worked out of what was read. `fastest` is the highest rate that was measured over
 * it, in bytes per second and one direction: a port that data went faster than is one of a virtual
 * machine, and none of hardware, and is not believed. Pure. */

/* Floor of the narrowest hop by what both of its ends can do, ceiling of the GPU's own link. No bar
 * where NVML did not tell. */
struct gst_bar gst_pcie_way_bar(const struct gst_pcie_way *way, double fastest);

/* Why copies are slow: as gst_pcie_link_explain(), or hardware.pcie-upstream-slow. */
enum gst_finding_id gst_pcie_way_explain(const struct gst_pcie_way *way, double fastest);

/* Puts both under load into the report, as facts of the GPU: pcie_link_under_load of NVML, and
 * pcie_above_under_load of sysfs where there are switches. */
void gst_pcie_way_report(const struct gst_pcie_way *way, double fastest, struct gst_report *report);

/* "PCIe 4.0 x16, GPU and slot can do 4.0 x16, P0; above it 0000:14:00.0 - 0000:15:00.0 at 4.0 x8,
 * can do 4.0 x16". Returns `text`. */
const char *gst_pcie_way_describe(const struct gst_pcie_way *way, double fastest, char *text,
                                  size_t size);

#endif
