/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much host memory a process takes, and how much there is to take. Mapped device memory is not
 * counted where the kernel tells it apart.
 */
#ifndef GST_RUN_MEMORY_H
#define GST_RUN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/root.h"

/* Anonymous and shared memory that is resident; false if the process cannot be read (any more). */
bool gst_memory_of(pid_t pid, uint64_t *bytes);

/* What the machine, or the cgroup this process is in, has left: the smaller. 0 if neither says. */
uint64_t gst_memory_left(const struct gst_root *root);

/* The same of the machine that this process really runs on, whatever root it reads otherwise: for
 * the supervisor alone, which ends what takes too much. Workloads go by their root. */
uint64_t gst_memory_left_here(void);

#endif
