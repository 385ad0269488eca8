/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Being near a GPU: the driver takes pinned memory from the NUMA node of the CPU that asks for it,
 * and copies from the other socket's memory can be half as fast. Nothing here ever fails: where the
 * machine does not tell, or the container does not allow, the memory comes from anywhere, and the
 * report says so.
 */
#ifndef GST_GPU_NEAR_H
#define GST_GPU_NEAR_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/root.h"
#include "gpu/device.h"

struct gst_near {
    bool is_moved;
    bool is_far;      /* what the process may use of the machine is not at the GPU's node */
    char may_use[64]; /* "CPUs 0-15", "memory of NUMA node 1", where it is far */
    int node;         /* of the GPU; -1: not told */
    cpu_set_t before; /* where this thread ran, if it was moved */
};

/* Moves this thread to the CPUs of the GPU's node, as far as it may use them, and finds out whether
 * memory can come from there: limits of a cpuset stand in /proc/self/status, those of numactl(8) in
 * the policy of /proc/self/numa_maps. */
void gst_near_begin(struct gst_near *near, const struct gst_root *root, const struct gst_gpu *gpu);

/* Moves it back; *near still tells what was done. */
void gst_near_end(struct gst_near *near);

/* "host memory of NUMA node 1", "host memory of any NUMA node, the GPU is at 1", "host memory of
 * any NUMA node"; "host memory far from the GPU at NUMA node 0: the process may use memory of NUMA
 * node 1 only". Returns `text`. Pure. */
const char *gst_near_describe(const struct gst_near *near, char *text, size_t size);

/* CPUs of the kernel's list format, "0-3,8,10-11": Linux, Documentation/admin-guide/cputopology.
 * False if it is anything else; what lies beyond a cpu_set_t is left out. Pure. */
bool gst_cpu_list_parse(const char *text, cpu_set_t *cpus);

#endif
