/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every file of the machine (/proc, /sys, /dev, /etc) is read below a root, so that a captured
 * tree, an unpacked image or a simulated machine can stand in for this one. Links inside the root
 * never lead out of it.
 */
#ifndef GST_CORE_ROOT_H
#define GST_CORE_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/status.h"

struct gst_root {
    int fd;         /* directory, -1 when closed */
    char path[256]; /* as given, for messages */
};

/* Opens `path` ("/" for this machine); fails with suite.root-unreadable. */
bool gst_root_open(struct gst_root *root, const char *path, struct gst_status *st);
void gst_root_close(struct gst_root *root);

bool gst_root_exists(const struct gst_root *root, const char *path);

/* Reads at most size - 1 bytes, ends them with a zero, and drops one trailing line feed. False, and
 * text empty, if the file cannot be read: on these trees absence is an answer, not an error. */
bool gst_root_read(const struct gst_root *root, const char *path, char *text, size_t size);

/* A regular file for reading, as a descriptor that the caller closes; -1 with errno for anything
 * else, so that a FIFO or a device in somebody's tree is never opened. */
int gst_root_open_file(const struct gst_root *root, const char *path);

/* stat() and lstat(); false with errno. */
bool gst_root_stat(const struct gst_root *root, const char *path, struct stat *info);
bool gst_root_lstat(const struct gst_root *root, const char *path, struct stat *info);

/* What a link says. False if there is none at `path`, or it does not fit. */
bool gst_root_link(const struct gst_root *root, const char *path, char *target, size_t size);

/* Calls `visit` for each entry of a directory but "." and "..", in the order of strcmp; stops when
 * it returns false. False if the directory cannot be read. */
bool gst_root_list(const struct gst_root *root, const char *path,
                   bool (*visit)(const char *name, void *data), void *data);

#endif
