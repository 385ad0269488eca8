/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc says of the process that looks: its user, limits, processors and sandboxing. */
#ifndef GST_AUDIT_PROCESS_H
#define GST_AUDIT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/view.h"

#define GST_PROCESS_GROUPS 256
#define GST_PROCESS_NOBODY 65534 /* whom files of users outside the user namespace belong to */

struct gst_process {
    bool is_known; /* /proc/self/status could be read */
    unsigned uid;  /* effective */
    unsigned gid;
    size_t group_count; /* supplementary groups */
    unsigned groups[GST_PROCESS_GROUPS];
    bool has_no_new_privileges;
    int seccomp;            /* 0 off, 1 strict, 2 filter; -1 not told */
    char cpus_allowed[256]; /* "0-31,64-95" */
    uint64_t locked_bytes;  /* soft RLIMIT_MEMLOCK; UINT64_MAX: no limit */
    bool has_locked_bytes;
};

/* All zero where nothing can be read. */
void gst_process_read(struct gst_process *process, const struct gst_view *view);

/* True if the mode of a node lets this process read and write it; root may use what it can own. */
bool gst_process_may_use(const struct gst_process *process, const struct gst_node *node);

#endif
