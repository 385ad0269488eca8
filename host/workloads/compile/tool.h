/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another program, run to its end: a compiler, or what it made. It gets the environment as it is
 * but for TMPDIR, nothing to read, and a deadline; what it prints is kept.
 */
#ifndef GST_WORKLOADS_COMPILE_TOOL_H
#define GST_WORKLOADS_COMPILE_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"

#define GST_TOOL_OUTPUT 8192

enum gst_tool_how {
    GST_TOOL_NOT_STARTED, /* `number` is an errno */
    GST_TOOL_EXITED,      /* with `number` */
    GST_TOOL_KILLED,      /* by signal `number` */
    GST_TOOL_LATE,        /* it was killed at its deadline */
};

struct gst_tool_end {
    enum gst_tool_how how;
    int number;
    bool is_stuck; /* late, and it outlives SIGKILL: it is waited for no longer */
    double seconds;
    char output[GST_TOOL_OUTPUT]; /* the first of it, both streams, ended by a zero */
};

/* Runs argv[0], a path, until it ends or `most_s` are over. The process stays in the caller's group
 * and ends with it. TMPDIR is `folder`. */
void gst_tool_run(struct gst_tool_end *end, const char *const *argv, const char *folder,
                  double most_s);

/* The same with a copy of argv[0] in memory: for a folder that is mounted noexec. */
void gst_tool_run_copy(struct gst_tool_end *end, const char *const *argv, const char *folder,
                       double most_s);

/* True if it exited with 0. */
bool gst_tool_succeeded(const struct gst_tool_end *end);

/* The finding of a limit on processes or memory that kept it from starting or killed it;
 * GST_NO_FINDING if none did. Pure. */
enum gst_finding_id gst_tool_limit(const struct gst_tool_end *end);

/* "exit code 1", "killed by SIGSEGV", "not over after 60 s", "cannot be started: permission
 * denied". Returns `text`. Pure. */
const char *gst_tool_describe(const struct gst_tool_end *end, char *text, size_t size);

#endif
