/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL believes the machine to be: its topology, as NCCL_TOPO_DUMP_FILE has it. For its GPUs
 * by PCI address, and for what it was not told.
 */
#ifndef GST_COLLECTIVE_WAY_TOPOLOGY_H
#define GST_COLLECTIVE_WAY_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#define GST_WAY_GPUS         64
#define GST_WAY_ADDRESS_SIZE 16

struct gst_way_gpu {
    long dev;                           /* NVML's number, by which graphs name it */
    long rank;                          /* -1: not said */
    int sm;                             /* 90 of an H100; 0: not said */
    char address[GST_WAY_ADDRESS_SIZE]; /* "0000:1b:00.0" */
    unsigned switched_nvlinks, other_nvlinks;
    bool is_pcie_told; /* false: sysfs told no speed of its link, and NCCL took a Gen3 x16 */
};

struct gst_way_topology {
    size_t gpu_count;
    struct gst_way_gpu gpus[GST_WAY_GPUS];
    size_t left_out_count; /* GPUs that there was no room for, or that were not understood */
    size_t net_count;      /* ports of adapters */
};

/* From the text of a dump. False with one clause in *problem (constant text) if it is not one.
 * Pure, as all below. */
bool gst_way_topology_parse(struct gst_way_topology *topology, const char *text, size_t size,
                            const char **problem);

/* The GPU that a graph calls `dev`, or the one of a rank; NULL if there is none. */
const struct gst_way_gpu *gst_way_topology_dev(const struct gst_way_topology *topology, long dev);
const struct gst_way_gpu *gst_way_topology_rank(const struct gst_way_topology *topology, long rank);

/* How many GPUs have a link that NCCL was not told of. */
size_t gst_way_topology_untold(const struct gst_way_topology *topology);

#endif
