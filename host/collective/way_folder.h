/* SPDX-License-Identifier: Apache-2.0 */
/* A private folder for what NCCL writes of its ways, gone again with all in it. */
#ifndef GST_COLLECTIVE_WAY_FOLDER_H
#define GST_COLLECTIVE_WAY_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#define GST_WAY_FOLDER_SIZE 128

/* Makes one below TMPDIR, '/tmp' or '/dev/shm', the first that takes it: a root may be read-only.
 * False, and `path` empty, if none does. */
bool gst_way_folder_make(char path[GST_WAY_FOLDER_SIZE]);

/* Removes it and the files in it; an empty path is fine. */
void gst_way_folder_remove(char path[GST_WAY_FOLDER_SIZE]);

#endif
