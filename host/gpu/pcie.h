/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PCIe link of a GPU as NVML sees it at one moment, and what is wrong with it. An idle GPU lets
 * its link fall to generation 1, so only what is read while data moves says anything.
 */
#ifndef GST_GPU_PCIE_H
#define GST_GPU_PCIE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"
#include "gpu/env.h"

struct gst_pcie_link {
    unsigned generation; /* now; 0: nothing was read */
    unsigned width;
    unsigned generation_max; /* of GPU and slot together: neither can do more */
    unsigned width_max;
    int pstate; /* performance state, 0 is fastest; -1: not known */
};

/* Reads it. False, with *link untouched, where NVML does not tell (virtual machines, MIG instances,
 * WSL, no NVML at all): no fault. */
bool gst_pcie_link_read(struct gst_env *env, const struct gst_gpu *gpu, struct gst_pcie_link *link);

/* Keeps in *link the best of both: a link takes some milliseconds of load to come up. Pure. */
void gst_pcie_link_raise(struct gst_pcie_link *link, const struct gst_pcie_link *reading);

/* Why copies over this link are slow: hardware.pcie-link-narrow, hardware.pcie-link-slow, or
 * hardware.slow where the link is all it can be, or was not read. Width comes first: generation
 * changes with load, lanes that are gone do not come back. Pure. */
enum gst_finding_id gst_pcie_link_explain(const struct gst_pcie_link *link);

/* "PCIe 5.0 x8, GPU and slot can do 5.0 x16, P0". Returns `text`. Pure. */
const char *gst_pcie_link_describe(const struct gst_pcie_link *link, char *text, size_t size);

/* True where data reaches the GPU over PCIe, as far as the driver tells: neither memory of its own
 * that the CPU shares, nor a CPU whose page tables it uses over a link of another kind (Grace). */
bool gst_gpu_is_behind_pcie(struct gst_env *env, const struct gst_gpu *gpu);

#endif
