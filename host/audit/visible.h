/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUDA_VISIBLE_DEVICES as the driver reads it (CUDA programming guide, "environment variables"):
 * indices and beginnings of UUIDs; the list ends at its first invalid entry.
 */
#ifndef GST_AUDIT_VISIBLE_H
#define GST_AUDIT_VISIBLE_H

#include <stddef.h>

enum gst_visible {
    GST_VISIBLE_ALL,
    GST_VISIBLE_SOME,    /* valid, and leaves GPUs out */
    GST_VISIBLE_NONE,    /* hides all on purpose: empty, -1, NoDevFiles */
    GST_VISIBLE_INVALID, /* names what is not here, or the same twice */
    GST_VISIBLE_UNKNOWN, /* names what cannot be checked: MIG instances, unknown UUIDs */
};

/* `uuids` are those of the `count` GPUs of this container, "" where unknown. *shown gets how many
 * of them the list leaves, `entry` the entry that decided. Pure. */
enum gst_visible gst_visible_judge(const char *value, const char *const *uuids, int count,
                                   int *shown, char *entry, size_t size);

#endif
