/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of /proc/self/mountinfo (proc_pid_mountinfo(5)), each field unescaped. */
#ifndef GST_AUDIT_MOUNTINFO_H
#define GST_AUDIT_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>

struct gst_mount {
    unsigned device_major; /* of the file system */
    unsigned device_minor;
    const char *root;    /* which part of the file system; ends in "//deleted" once that is gone */
    const char *point;   /* where it is mounted */
    const char *options; /* of this mount: "ro,nosuid,nodev,relatime" */
    const char *type;    /* "overlay" */
    const char *source;
};

struct gst_mounts {
    size_t count;
    struct gst_mount *items;
    bool is_damaged; /* some lines were no mounts, or too many to keep */
    char *text;      /* holds the fields */
};

/* Takes a copy of `text`. False only without memory; lines that do not parse set is_damaged. */
bool gst_mounts_parse(struct gst_mounts *mounts, const char *text);
void gst_mounts_release(struct gst_mounts *mounts);

/* The mount that is on top at exactly this path, or NULL. */
const struct gst_mount *gst_mounts_at(const struct gst_mounts *mounts, const char *path);

/* The mount that a path lies on: the longest mount point above or at it. */
const struct gst_mount *gst_mounts_over(const struct gst_mounts *mounts, const char *path);

/* True if the comma-separated options hold this one. */
bool gst_mount_has_option(const struct gst_mount *mount, const char *option);

/* True if the file behind it has been removed since ("//deleted"). */
bool gst_mount_is_deleted(const struct gst_mount *mount);

#endif
