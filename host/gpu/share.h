/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on large arrays, shared by all processors that this process may use: making and checking
 * matrices takes longer than multiplying them where one processor does it for a GPU. It is cut into
 * parts by what there is to do and not by who does it, so that results are the same everywhere.
 */
#ifndef GST_GPU_SHARE_H
#define GST_GPU_SHARE_H

#include <stddef.h>

/* Does items `first` up to `end` of `work`, and touches nothing that other items do. */
typedef void gst_share_fn(void *work, size_t first, size_t end);

/* Does `count` items in parts of `part` each, the last of fewer, and returns when all are done.
 * What is no more than one part, and whatever threads do not start for, is done by the caller.
 * Threads that it starts take no signals and have ended when it returns. */
void gst_share(size_t count, size_t part, gst_share_fn *fn, void *work);

/* Sets bytes: the first to touch fresh memory waits for each page of it. */
void gst_share_set(void *to, unsigned char byte, size_t bytes);

#endif
