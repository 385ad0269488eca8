/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private folder for what a child lets others write, gone again with all in it. A child that is
 * killed cannot remove its own: it keeps the path in the report's progress, and the supervisor
 * does. What is left when both were killed goes with the next folder that is made.
 */
#ifndef GST_CORE_SCRATCH_H
#define GST_CORE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#define GST_SCRATCH_SIZE 128

/* One at a time in a process. Makes one below TMPDIR, '/tmp' or '/dev/shm', the first that takes
 * it: a root may be read-only. False, and `path` empty, if none does. */
bool gst_scratch_make(char path[GST_SCRATCH_SIZE]);

/* Removes it and the files in it; an empty path is fine. */
void gst_scratch_remove(char path[GST_SCRATCH_SIZE]);

#endif
