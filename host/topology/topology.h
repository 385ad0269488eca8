/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GPUs and network adapters of a machine and where they sit, as a value without pointers. Read
 * from files alone, where no driver, no library and no device is touched; NVLinks are added by
 * bonds.h. Text and JSON are functions of it.
 */
#ifndef GST_TOPOLOGY_TOPOLOGY_H
#define GST_TOPOLOGY_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/root.h"
#include "topology/distance.h"
#include "topology/pci.h"

/* As the report has room for; a host of 16 GPUs has some 20 adapters with two ports each. */
#define GST_TOPOLOGY_GPUS 32
#define GST_TOPOLOGY_NICS 64

struct gst_topology_device {
    struct gst_pci_device pci;
    char cpu_nodes[32]; /* that the processors near it belong to, "0"; empty: not told */
    char name[96];      /* "NVIDIA H100 80GB HBM3", "mlx5_0"; empty: not told */
};

struct gst_topology {
    size_t gpu_count, nic_count;
    size_t other_gpu_count; /* on the bus, but not among those that the driver shows here */
    size_t left_out_count;  /* what there was no room for */
    bool is_tree_told;      /* false: some device stands in sysfs without the bridges above it */
    char cpus_allowed[160]; /* that this process may run on, as a list; empty: not told */
    char mems_allowed[160]; /* nodes that it may take memory of */
    bool knows_nvlinks;
    char nvlink_problem[160]; /* why not, one clause */
    unsigned direct_nvlinks[GST_TOPOLOGY_GPUS]
                           [GST_TOPOLOGY_GPUS];         /* that lead from one to another */
    unsigned switched_nvlinks[GST_TOPOLOGY_GPUS];       /* that lead to a switch */
    struct gst_topology_device gpus[GST_TOPOLOGY_GPUS]; /* in the order of their addresses */
    struct gst_topology_device nics[GST_TOPOLOGY_NICS]; /* in the order of their names */
};

/* Fills `topology`. GPUs are NVIDIA's display controllers; where /proc/driver/nvidia lists some,
 * the others on the bus are counted only: a container sees all of the bus. Adapters are the network
 * controllers with RDMA or of Mellanox, but virtual functions beside their physical one. False if
 * the bus cannot be read. */
bool gst_topology_read(struct gst_topology *topology, const struct gst_root *root);

/* Devices by one number: GPUs first, then adapters. */
size_t gst_topology_count(const struct gst_topology *topology);
const struct gst_topology_device *gst_topology_at(const struct gst_topology *topology,
                                                  size_t index);

/* "GPU0", "NIC3"; written to `text`, which is returned. */
const char *gst_topology_label(const struct gst_topology *topology, size_t index, char text[16]);

/* Is one of the processors near a GPU among those that this process may run on? True, too, where
 * either is not told. */
bool gst_topology_may_run_near(const struct gst_topology *topology, size_t gpu);

/* The class of the adapters nearest to a GPU, GST_DISTANCE_COUNT if there is no adapter. */
enum gst_distance gst_topology_nearest_nic(const struct gst_topology *topology, size_t gpu);

#endif
