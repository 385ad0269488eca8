/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a collective could reach between GPUs joined as these are, and what every healthy machine of
 * the kind does reach. Pure: nothing here knows a product or asks a GPU.
 *
 * A ring sends over every link of every GPU both ways at once, so its bus bandwidth is at most what
 * one GPU's links carry of data. NCCL itself reckons with a rate per NVLink below that of the line
 * (src/graph/topo.h); floors are shares of this reckoning, where a share below every healthy report
 * is known. Where a switch adds (NVLS), results lie above the reckoning, and the ceiling is what
 * wires allow: each element goes up once and comes down once.
 *
 * A floor that half of what links carry would pass says nothing: over NVLink none is given for
 * messages whose floor is not above half of the best report. Machines of which reports lie so far
 * apart that no share tells the healthy from the broken have none at all, and what
 * gst_way_bound_lacks() says is why.
 */
#ifndef GST_COLLECTIVE_WAY_BOUND_H
#define GST_COLLECTIVE_WAY_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/collective_names.h"
#include "core/judge.h"

/* How the GPUs of a collective are joined, the worst pair deciding. */
enum gst_way_kind {
    GST_WAY_KIND_UNKNOWN, /* not told, or of a shape that nothing is known about: no bar */
    GST_WAY_KIND_NVLINK,  /* every two by NVLinks, over switches or each to each */
    GST_WAY_KIND_PAIRS,   /* bridges of NVLink between two, PCIe between those pairs */
    GST_WAY_KIND_SWITCH,  /* PCIe, where switches alone hand over */
    GST_WAY_KIND_HOST,    /* PCIe through the CPU, directly or by its memory */
};

struct gst_way_site {
    int ranks;
    int machines;
    enum gst_way_kind kind;
    int cc_major, cc_minor;   /* of every GPU; 0: they differ */
    unsigned nvlinks;         /* that lead to the others, of the GPU that should have the fewest */
    bool is_switched;         /* all NVLinks lead to switches */
    unsigned pcie_generation; /* of the narrowest link, as GPU and slot could run it; 0: not told */
    unsigned pcie_width;
    bool is_pcie_wide;    /* every port up to the CPU says that it can do as much */
    bool is_across_nodes; /* some pair without NVLinks is SYS apart, or may be */
    bool is_shared;       /* some pair has a port in common on the way to the CPU */
};

/* Bytes per second of bus bandwidth for a message of `bytes` (as nccl-tests count them: the size
 * per rank of an all-reduce). No bar across machines, for one rank, or for an unknown site; no
 * floor below gst_way_bound_from_bytes(), for collectives but the all-reduce, of which alone
 * healthy results are published, and for kinds without a report. */
struct gst_bar gst_way_bound(const struct gst_way_site *site, enum gst_collective collective,
                             uint64_t bytes);

/* The smallest message of an all-reduce that is judged there: where the steps of the ring take at
 * most a quarter of the time, whatever the size, and half a link's rate fails. 0: none is. */
uint64_t gst_way_bound_from_bytes(const struct gst_way_site *site);

/* Why no message is judged there, one clause of constant text; NULL where some are. */
const char *gst_way_bound_lacks(const struct gst_way_site *site);

#endif
