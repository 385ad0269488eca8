/* SPDX-License-Identifier: Apache-2.0 */
/* Files, links and the folders above them; see tree.h. */
#include "launcher/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void sim_tree_fail(struct sim_tree *tree, const char *path)
{
    if (tree->ok)
        snprintf(tree->err, tree->err_size, "cannot write '/%s' of the simulated machine: %s", path,
                 strerror(errno));
    tree->ok = false;
}

static void make_parents(struct sim_tree *tree, const char *path)
{
    char copy[160];

    snprintf(copy, sizeof copy, "%s", path);
    for (char *at = strchr(copy, '/'); at != NULL && tree->ok; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdirat(tree->folder, copy, 0755) != 0 && errno != EEXIST)
            sim_tree_fail(tree, copy);
        *at = '/';
    }
}

void sim_tree_put(struct sim_tree *tree, const char *path, const char *format, ...)
{
    va_list list;
    int fd, length;

    make_parents(tree, path);
    if (!tree->ok)
        return;
    fd = openat(tree->folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        sim_tree_fail(tree, path);
        return;
    }
    va_start(list, format);
    length = vdprintf(fd, format, list);
    va_end(list);
    if (close(fd) != 0 || length < 0)
        sim_tree_fail(tree, path);
}

void sim_tree_folder(struct sim_tree *tree, const char *path)
{
    make_parents(tree, path);
    if (tree->ok && mkdirat(tree->folder, path, 0755) != 0 && errno != EEXIST)
        sim_tree_fail(tree, path);
}

void sim_tree_link(struct sim_tree *tree, const char *path, const char *target)
{
    make_parents(tree, path);
    if (tree->ok && symlinkat(target, tree->folder, path) != 0 && errno != EEXIST)
        sim_tree_fail(tree, path);
}
