/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a tree of files below an open folder. The first failure is kept and stops all that
 * follows, so that callers ask once, at the end.
 */
#ifndef SIM_LAUNCHER_TREE_H
#define SIM_LAUNCHER_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct sim_tree {
    int folder;
    bool ok;
    char *err; /* one line about the first failure */
    size_t err_size;
};

/* Notes that `path` could not be written, for the reason in errno. */
void sim_tree_fail(struct sim_tree *tree, const char *path);

/* Writes one file, and the folders above it; there must be none of that name. */
void sim_tree_put(struct sim_tree *tree, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes a folder, and those above it; it may be there. */
void sim_tree_folder(struct sim_tree *tree, const char *path);

/* Makes a link that says `target`, and the folders above it; one of the same name may be there. */
void sim_tree_link(struct sim_tree *tree, const char *path, const char *target);

#endif
