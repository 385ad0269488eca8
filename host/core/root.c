/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading below a root; see root.h. The kernel keeps lookups inside where it can (openat2); where
 * it cannot, or a seccomp filter hides that it can, paths are walked one name at a time and neither
 * links nor ".." are followed: less is found then, but nothing outside is ever read.
 */
#include "core/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/openat2.h is younger than some systems that this is built on; the number is the same on
 * every architecture. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define STAY_IN_ROOT 0x10u /* RESOLVE_IN_ROOT */

struct open_request {
    uint64_t flags, mode, resolve;
};

static bool is_this_machine(const struct gst_root *root)
{
    return strcmp(root->path, "/") == 0;
}

static const char *without_slashes(const char *path)
{
    path += strspn(path, "/");
    return *path == '\0' ? "." : path;
}

/* One step of a walk: refuses "..", and links unless it is the link itself that is asked for. */
static int open_name(int folder, const char *name, int flags)
{
    struct stat info;
    int fd;

    if (strcmp(name, "..") == 0) {
        errno = EXDEV;
        return -1;
    }
    fd = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC);
    /* O_PATH opens a link itself. */
    if (fd >= 0 && (flags & O_NOFOLLOW) == 0 && (fstat(fd, &info) != 0 || S_ISLNK(info.st_mode))) {
        close(fd);
        errno = ELOOP;
        return -1;
    }
    return fd;
}

static int open_by_walking(const struct gst_root *root, const char *path, int flags)
{
    char copy[PATH_MAX], *rest = copy, *name;
    int folder, fd;

    if (strlen(path) >= sizeof copy) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(copy, path);
    folder = openat(root->fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (folder >= 0) {
        name = strsep(&rest, "/");
        if (rest != NULL)
            rest += strspn(rest, "/");
        fd = open_name(folder, *name == '\0' ? "." : name,
                       rest == NULL ? flags : O_PATH | O_DIRECTORY);
        close(folder);
        if (rest == NULL)
            return fd;
        folder = fd;
    }
    return -1;
}

static int open_inside(const struct gst_root *root, const char *path, int flags)
{
    struct open_request request = { .flags = (uint64_t)(flags | O_CLOEXEC),
                                    .resolve = STAY_IN_ROOT };
    int fd, tries = 0;

    path = without_slashes(path);
    if (is_this_machine(root))
        return openat(root->fd, path, flags | O_CLOEXEC);
    do {
        fd = (int)syscall(SYS_openat2, root->fd, path, &request, sizeof request);
    } while (fd < 0 && (errno == EAGAIN || errno == EINTR) && ++tries < 16);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL))
        return open_by_walking(root, path, flags);
    return fd;
}

bool gst_root_open(struct gst_root *root, const char *path, struct gst_status *st)
{
    *root = (struct gst_root){ .fd = -1 };
    if (strlen(path) >= sizeof root->path)
        return gst_fail(st, GST_SUITE_ROOT_UNREADABLE, "the path of the root is longer than %zu",
                        sizeof root->path - 1);
    root->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root->fd < 0)
        return gst_fail(st, GST_SUITE_ROOT_UNREADABLE, "cannot open '%s': %s", path,
                        strerror(errno));
    strcpy(root->path, path);
    return true;
}

void gst_root_close(struct gst_root *root)
{
    /* A zeroed root holds standard input's number without owning it. */
    if (root->fd >= 0 && root->path[0] != '\0')
        close(root->fd);
    *root = (struct gst_root){ .fd = -1 };
}

static bool stat_inside(const struct gst_root *root, const char *path, int flags, struct stat *info)
{
    /* O_PATH: looking at a device node must not open the device. */
    int fd = open_inside(root, path, O_PATH | flags);
    bool ok = fd >= 0 && fstat(fd, info) == 0;

    if (fd >= 0)
        close(fd);
    return ok;
}

bool gst_root_exists(const struct gst_root *root, const char *path)
{
    struct stat info;

    return gst_root_stat(root, path, &info);
}

int gst_root_open_file(const struct gst_root *root, const char *path)
{
    struct stat info;
    int fd;

    if (!stat_inside(root, path, 0, &info))
        return -1;
    /* O_NONBLOCK: a FIFO that has taken the file's place since must not stop the run. */
    fd = S_ISREG(info.st_mode) ? open_inside(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY) : -1;
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        return fd;
    if (fd >= 0)
        close(fd);
    errno = EINVAL;
    return -1;
}

bool gst_root_read(const struct gst_root *root, const char *path, char *text, size_t size)
{
    int fd = gst_root_open_file(root, path);
    size_t length = 0;
    ssize_t got;

    text[0] = '\0';
    if (fd < 0)
        return false;
    do {
        got = read(fd, text + length, size - 1 - length);
        length += got > 0 ? (size_t)got : 0;
    } while (got > 0 || (got < 0 && errno == EINTR));
    close(fd);
    if (got < 0)
        length = 0;
    if (length > 0 && text[length - 1] == '\n')
        length--;
    text[length] = '\0';
    return got >= 0;
}

bool gst_root_stat(const struct gst_root *root, const char *path, struct stat *info)
{
    return stat_inside(root, path, 0, info);
}

bool gst_root_lstat(const struct gst_root *root, const char *path, struct stat *info)
{
    return stat_inside(root, path, O_NOFOLLOW, info);
}

bool gst_root_link(const struct gst_root *root, const char *path, char *target, size_t size)
{
    int fd = open_inside(root, path, O_PATH | O_NOFOLLOW);
    ssize_t length;

    if (fd < 0)
        return false;
    /* An empty path: the link that the descriptor itself stands for. */
    length = readlinkat(fd, "", target, size);
    close(fd);
    if (length < 0 || (size_t)length >= size)
        return false;
    target[length] = '\0';
    return true;
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool gst_root_list(const struct gst_root *root, const char *path,
                   bool (*visit)(const char *name, void *data), void *data)
{
    int fd = open_inside(root, path, O_RDONLY | O_DIRECTORY);
    struct dirent **entries = NULL;
    bool go_on = true;
    int count;

    if (fd < 0)
        return false;
    count = scandirat(fd, ".", &entries, is_entry, by_name);
    close(fd);
    for (int i = 0; i < count; i++) {
        if (go_on)
            go_on = visit(entries[i]->d_name, data);
        free(entries[i]);
    }
    free(entries);
    return count >= 0;
}
