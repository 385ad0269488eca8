/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL in workers that are killed leaves behind: files of shared memory that nobody but them
 * would remove. Only those count that a worker had mapped itself, so that nothing of another job is
 * ever touched, be its processes hidden in another container that shares the folder.
 */
#ifndef GST_COLLECTIVE_REMNANTS_H
#define GST_COLLECTIVE_REMNANTS_H

#include <stddef.h>
#include <sys/types.h>

/* Beyond these they are left behind. */
#define GST_REMNANTS 512

#define GST_REMNANTS_FOLDER "/dev/shm"

struct gst_remnants {
    size_t count;
    char names[GST_REMNANTS][32]; /* in the folder */
};

/* Adds what `pid` has mapped of NCCL's in the folder. Not that of a process that sits in the
 * driver: who reads its maps may come to sit there, too. */
void gst_remnants_note(struct gst_remnants *remnants, const char *folder, pid_t pid);

/* Once those have ended: removes what is left of it and belongs to this user; how many that were.
 */
size_t gst_remnants_remove(struct gst_remnants *remnants, const char *folder);

#endif
