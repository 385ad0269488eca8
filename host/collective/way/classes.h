/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What healthy machines of each kind have been seen to reach in an all-reduce, and what floor that
 * leaves: the one table of collectives. Its lint and all reports are in
 * tests/unit/collective/test_way_bound.c.
 */
#ifndef GST_COLLECTIVE_WAY_CLASSES_H
#define GST_COLLECTIVE_WAY_CLASSES_H

#include <stddef.h>

/* Over NVSwitches, between two or more GPUs by bridges or wires of a board, and over PCIe. */
enum gst_way_row {
    GST_WAY_NVLINK_1,
    GST_WAY_NVLINK_2,
    GST_WAY_NVLINK_3,
    GST_WAY_NVLINK_4,
    GST_WAY_NVLINK_5,
    GST_WAY_DIRECT_1,
    GST_WAY_DIRECT_2,
    GST_WAY_DIRECT_3,
    GST_WAY_DIRECT_3_1,
    GST_WAY_DIRECT_4,
    GST_WAY_DIRECT_5,
    GST_WAY_PAIRS,
    GST_WAY_SWITCH,
    GST_WAY_HOST,
    GST_WAY_ROW_COUNT
};

struct gst_way_class {
    const char *name;     /* "ring over NVLink 4.0" */
    double bytes_per_s;   /* of one NVLink and direction, by NCCL's reckoning; 0: the PCIe link's */
    double share;         /* the floor as a share of the reckoning; 0: no report, no floor */
    double worst;         /* the worst healthy report found, as such a share; 0: none */
    double best;          /* the best one; 0: none */
    double field_fail;    /* where a large operator fails such a machine, share; 0: none known */
    int ranks_least;      /* as few GPUs as reports are of; 0: no floor */
    int ranks_most;       /* as many; 0: any */
    unsigned pcie_least;  /* as old a generation of PCIe as reports are of; 0: any */
    double step_s;        /* what each step of the ring adds to a message; 0: no floor */
    const char *source;   /* of the rate */
    const char *observed; /* what `worst`, `best` and `field_fail` are; without a floor, why */
};

const struct gst_way_class *gst_way_class(enum gst_way_row row);

/* All rows, `count` of them. */
const struct gst_way_class *gst_way_classes(size_t *count);

#endif
