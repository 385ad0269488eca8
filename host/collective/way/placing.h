/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this container lets processes ask where memory lies. The driver asks before it makes host
 * memory that other processes may map, and NCCL takes files in /dev/shm where that fails
 * (src/misc/cudawrap.cc). Docker's seccomp profile refuses it without SYS_NICE; whatever else makes
 * such memory fail is none of that.
 */
#ifndef GST_COLLECTIVE_WAY_PLACING_H
#define GST_COLLECTIVE_WAY_PLACING_H

#include <stdbool.h>

/* Asks the kernel: true only if get_mempolicy says EPERM to this process. A kernel without NUMA
 * (ENOSYS) refuses nothing. */
bool gst_way_is_placing_refused(void);

#endif
