/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the audit looks at: one container, as a process inside sees it. Either this one, live, or
 * one that was captured: a folder with the files that count and lists of what files cannot hold
 * (nodes, links, results of open(), the environment). Checks ask the view and nothing else, so each
 * of them can be tried on a capture.
 *
 * A root folder that holds a file named "capture" is one; the format is in
 * tests/fixtures/README.md, and scripts/capture-root writes it.
 *
 * Paths are absolute, as in the container. Whatever is read may be hostile: sizes are bounded.
 */
#ifndef GST_AUDIT_VIEW_H
#define GST_AUDIT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct gst_view;

struct gst_view_request {
    const char *root; /* NULL: "/" */
    const char *proc; /* folders that stand for /proc, /sys and /dev; NULL: those of the root */
    const char *sys;
    const char *dev;
};

enum gst_node_kind {
    GST_NODE_ABSENT,
    GST_NODE_FILE,
    GST_NODE_FOLDER,
    GST_NODE_LINK,
    GST_NODE_CHARACTER,
    GST_NODE_OTHER, /* socket, FIFO, block device */
};

/* What stat() says of a path. All zero where nothing is. */
struct gst_node {
    enum gst_node_kind kind;
    unsigned mode; /* permission bits alone */
    unsigned uid;
    unsigned gid;
    uint64_t size_bytes;
    uint64_t links;
    uint64_t inode;
    unsigned device_major; /* of the file system it lies on */
    unsigned device_minor;
    unsigned major; /* of a character device */
    unsigned minor;
    int64_t changed_s; /* ctime; 0 where a capture does not tell */
};

/* What a file system says of itself. */
struct gst_space {
    uint64_t size_bytes;
    bool is_read_only;
    bool is_noexec;
    bool is_nodev;
};

/* What is not known of an open() until somebody tries, and what a try that did not end is. */
#define GST_OPEN_NOT_TRIED (-1)
#define GST_OPEN_HANGS     (-2)

/* Opens a view; NULL with suite.root-unreadable. The environment is this process's, unless a
 * capture brings its own. Without a request: this machine. */
struct gst_view *gst_view_open(const struct gst_view_request *request, struct gst_status *st);
void gst_view_close(struct gst_view *view);

/* True for this machine's own root: the environment and what open() says are this process's. */
bool gst_view_is_live(const struct gst_view *view);

/* Reads at most size - 1 bytes as text and drops one trailing line feed. False, and text empty, if
 * there is no such file or it cannot be read. */
bool gst_view_read(const struct gst_view *view, const char *path, char *text, size_t size);

/* The whole file in memory that the caller frees, ended by a zero that *size does not count. NULL
 * if it cannot be read or is longer than `most`. */
char *gst_view_load(const struct gst_view *view, const char *path, size_t most, size_t *size);

/* A regular file for reading, as a descriptor that the caller closes; -1 if there is none, or a
 * capture knows of it but does not hold it. */
int gst_view_open_file(const struct gst_view *view, const char *path);

/* True if the file begins as an ELF file does. */
bool gst_view_is_elf(const struct gst_view *view, const char *path);

/* What the kernel has logged and still keeps, in memory that the caller frees; NULL if this process
 * may not read it, and on other roots. A capture may hold it as /dev/kmsg. */
char *gst_view_kernel_log(const struct gst_view *view, size_t most, size_t *size);

/* Entries in the order of strcmp, without "." and "..", until `visit` returns false. False if it is
 * no folder. */
bool gst_view_list(const struct gst_view *view, const char *path,
                   bool (*visit)(const char *name, void *data), void *data);

/* Through links, and of the link itself; false if nothing is there or it cannot be reached. */
bool gst_view_stat(const struct gst_view *view, const char *path, struct gst_node *node);
bool gst_view_lstat(const struct gst_view *view, const char *path, struct gst_node *node);

/* True if something is there, through links. */
bool gst_view_exists(const struct gst_view *view, const char *path);

/* The path with all links followed, without leaving the root. False if it leads nowhere. */
bool gst_view_resolve(const struct gst_view *view, const char *path, char *real, size_t size);

/* What a link says, unresolved ("nvidia" of .../driver is its last part). False if it is none. */
bool gst_view_link(const struct gst_view *view, const char *path, char *target, size_t size);

bool gst_view_space(const struct gst_view *view, const char *path, struct gst_space *space);

/* NULL if it is not set. */
const char *gst_view_env(const struct gst_view *view, const char *name);

/* Calls `visit` with "NAME=value" for each variable whose name begins with `prefix`. */
void gst_view_each_env(const struct gst_view *view, const char *prefix,
                       void (*visit)(const char *entry, void *data), void *data);

/* Opens happen twice: at once, and again for those who watch whether access gets lost. */
enum gst_look { GST_LOOK_FIRST, GST_LOOK_LATER };

/* The errno of open(path, O_RDWR), 0 if it opens, or one of GST_OPEN_*. */
int gst_view_open_result(const struct gst_view *view, const char *path, enum gst_look look);

/* Live: tries each path and remembers what came of it (try_opens.h). Captured: nothing to do.
 * False, with `st`, if not all could be tried. */
bool gst_view_try_opens(struct gst_view *view, const char *const *paths, size_t count,
                        double deadline_s, enum gst_look look, struct gst_status *st);

/* The lines that the helper printed (see answers.h), live or captured; "" if there are none. */
const char *gst_view_answers(const struct gst_view *view);
bool gst_view_set_answers(struct gst_view *view, const char *text);

#endif
