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
};

/* Bytes per second of bus bandwidth for a message of `bytes` (as nccl-tests count them: the size
 * per rank of an all-reduce). No bar across machines, for one rank, or for an unknown site; no
 * floor below gst_way_bound_from_bytes(), for collectives but the all-reduce, of which alone
 * healthy results are published, and for kinds without a report. */
struct gst_bar gst_way_bound(const struct gst_way_site *site, enum gst_collective collective,
                             uint64_t bytes);

/* The smallest message of an all-reduce that is judged there: where the steps of the ring take at
 * most a quarter of the time, whatever the size. 0: none is. */
uint64_t gst_way_bound_from_bytes(const struct gst_way_site *site);

/* One row of the table behind these bars, for its lint. */
struct gst_way_class {
    const char *name;     /* "ring over NVLink 4.0" */
    double bytes_per_s;   /* of one NVLink and direction, by NCCL's reckoning; 0: the PCIe link's */
    double share;         /* the floor as a share of the reckoning; 0: no report, no floor */
    double worst;         /* the worst healthy report found, as such a share; 0: none */
    double field_fail;    /* where a large operator fails such a machine, share; 0: none known */
    const char *source;   /* of the rate */
    const char *observed; /* what `worst` and `field_fail` are */
};

const struct gst_way_class *gst_way_classes(size_t *count);

#endif
