/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thing that an image holds, however the image is kept: as a folder or as layers of archives.
 * Whoever walks an image hands entries to a visitor, each with a way to its content.
 */
#ifndef GST_LINT_ENTRY_H
#define GST_LINT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* Longest path that Linux takes, with its end. */
#define GST_ENTRY_PATH_SIZE 4096

enum gst_entry_kind {
    GST_ENTRY_FILE,
    GST_ENTRY_FOLDER,
    GST_ENTRY_LINK,      /* symbolic */
    GST_ENTRY_HARD_LINK, /* in archives: another name of an earlier member */
    GST_ENTRY_NODE,      /* device */
    GST_ENTRY_OTHER,     /* socket, FIFO */
};

struct gst_entry {
    const char *path; /* below the root, without a slash at either end: "usr/bin/nvidia-smi" */
    enum gst_entry_kind kind;
    const char *target; /* of a link, as it stands there; "" otherwise */
    uint64_t size_bytes;
    unsigned mode; /* permissions, 07777 */
};

/* Takes a piece of a file, in order but perhaps with holes between (they are zeros). False: enough.
 */
typedef bool (*gst_sink)(void *data, uint64_t offset, const void *bytes, size_t size);

/* The content of the entry at hand; to be read once, and only during the visit. */
struct gst_content {
    bool (*read)(struct gst_content *content, gst_sink sink, void *data, struct gst_status *st);
    /* The file itself, which stays the content's, or -1; NULL where there is none but pieces. */
    int (*file)(struct gst_content *content);
};

/* False ends the walk, with the reason in `st`. */
typedef bool (*gst_visitor)(void *data, const struct gst_entry *entry, struct gst_content *content,
                            struct gst_status *st);

/* The path as entries have it: without "./", doubled slashes and slashes at the ends; a leading
 * slash means the root of the image. False, with the reason in `st`, for ".." and for what is
 * longer than Linux takes. */
bool gst_entry_path(const char *from, char path[GST_ENTRY_PATH_SIZE], struct gst_status *st);

/* Layers delete by names: "dir/.wh.name" a name of the layers below, "dir/.wh..wh..opq" all that is
 * in the folder. True for such a path, with what it deletes in `target`; "" is the root, or nothing
 * where only_below is false. */
bool gst_entry_is_whiteout(const char *path, char target[GST_ENTRY_PATH_SIZE], bool *only_below);

/* "libcuda.so.1" of "usr/lib/libcuda.so.1". */
const char *gst_entry_name(const char *path);

/* True for `path` itself and everything below it; "" is the root. */
bool gst_entry_is_below(const char *path, const char *folder);

#endif
