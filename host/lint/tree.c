/* SPDX-License-Identifier: Apache-2.0 */
/* Walking a folder by descriptors, so that nothing that moves meanwhile leads out of it; see
 * tree.h.
 */
#include "lint/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Each level holds a descriptor open. */
#define DEPTH_MAX 200

struct walk {
    struct gst_content content; /* first: callbacks get this */
    gst_visitor visit;
    void *data;
    dev_t device;
    size_t others;
    size_t unread;
    char first_unread[160];
    int first_errno;
    char path[GST_ENTRY_PATH_SIZE];
    char target[GST_ENTRY_PATH_SIZE];
    int folder;       /* of the entry at hand */
    const char *name; /* in it */
    int file;         /* -1 until it is asked for */
};

static void could_not_read(struct walk *walk, int code)
{
    if (walk->unread++ > 0)
        return;
    walk->first_errno = code;
    snprintf(walk->first_unread, sizeof walk->first_unread, "/%s", walk->path);
}

static int open_file(struct gst_content *content)
{
    struct walk *walk = (struct walk *)content;
    struct stat info;

    if (walk->file >= 0)
        return walk->file;
    /* O_NONBLOCK: a FIFO that has taken the file's place since must not stop the walk. */
    walk->file =
        openat(walk->folder, walk->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (walk->file >= 0 && (fstat(walk->file, &info) != 0 || !S_ISREG(info.st_mode))) {
        close(walk->file);
        walk->file = -1;
    }
    return walk->file;
}

/* A file that this user may not read is no library or list that others could use. */
static bool read_content(struct gst_content *content, gst_sink sink, void *data,
                         struct gst_status *st)
{
    struct walk *walk = (struct walk *)content;
    unsigned char bytes[32 << 10];
    uint64_t offset = 0;
    ssize_t got;

    if (open_file(content) < 0)
        return true;
    do {
        got = pread(walk->file, bytes, sizeof bytes, (off_t)offset);
        if (got < 0 && errno != EINTR)
            return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "cannot read '/%.200s': %s", walk->path,
                            strerror(errno));
        if (got > 0 && !sink(data, offset, bytes, (size_t)got))
            return true;
        offset += got > 0 ? (uint64_t)got : 0;
    } while (got != 0);
    return true;
}

static enum gst_entry_kind kind_of(const struct stat *info)
{
    switch (info->st_mode & S_IFMT) {
    case S_IFREG:
        return GST_ENTRY_FILE;
    case S_IFDIR:
        return GST_ENTRY_FOLDER;
    case S_IFLNK:
        return GST_ENTRY_LINK;
    case S_IFCHR:
    case S_IFBLK:
        /* 0:0 is how overlayfs marks a deleted file. */
        return info->st_rdev == makedev(0, 0) ? GST_ENTRY_OTHER : GST_ENTRY_NODE;
    default:
        return GST_ENTRY_OTHER;
    }
}

static bool visit_entry(struct walk *walk, const struct stat *info, struct gst_status *st)
{
    struct gst_entry entry = { .path = walk->path,
                               .kind = kind_of(info),
                               .target = "",
                               .mode = (unsigned)info->st_mode & 07777 };
    ssize_t length = -1;
    bool ok;

    if (entry.kind == GST_ENTRY_FILE)
        entry.size_bytes = (uint64_t)info->st_size;
    if (entry.kind == GST_ENTRY_LINK)
        length = readlinkat(walk->folder, walk->name, walk->target, sizeof walk->target - 1);
    if (length >= 0) {
        walk->target[length] = '\0';
        entry.target = walk->target;
    }
    walk->file = -1;
    ok = walk->visit(walk->data, &entry, &walk->content, st);
    if (walk->file >= 0)
        close(walk->file);
    return ok;
}

static bool walk_folder(struct walk *walk, int fd, size_t length, int depth, struct gst_status *st);

static bool enter(struct walk *walk, int folder, const char *name, size_t length, int depth,
                  struct gst_status *st)
{
    int fd;

    if (depth == DEPTH_MAX) {
        could_not_read(walk, ELOOP);
        return true;
    }
    fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENOENT)
            could_not_read(walk, errno);
        return true;
    }
    return walk_folder(walk, fd, length, depth, st);
}

static bool take(struct walk *walk, int folder, const char *name, size_t length, int depth,
                 struct gst_status *st)
{
    size_t slash = length > 0, name_length = strlen(name);
    struct stat info;

    /* The kernel takes no longer path either, but a walk by descriptors gets there. */
    if (length + slash + name_length >= sizeof walk->path) {
        could_not_read(walk, ENAMETOOLONG);
        return true;
    }
    if (slash)
        walk->path[length] = '/';
    memcpy(walk->path + length + slash, name, name_length + 1);
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT)
            could_not_read(walk, errno);
        return true;
    }
    if (info.st_dev != walk->device) {
        walk->others++;
        return true;
    }
    walk->folder = folder;
    walk->name = name;
    return visit_entry(walk, &info, st)
           && (!S_ISDIR(info.st_mode)
               || enter(walk, folder, name, length + slash + name_length, depth + 1, st));
}

/* Closes `fd`. */
static bool walk_folder(struct walk *walk, int fd, size_t length, int depth, struct gst_status *st)
{
    DIR *dir = fdopendir(fd);
    const struct dirent *entry;
    bool ok = true;

    if (dir == NULL) {
        could_not_read(walk, errno);
        close(fd);
        return true;
    }
    while (ok && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = take(walk, fd, entry->d_name, length, depth, st);
        walk->path[length] = '\0';
    }
    closedir(dir);
    return ok;
}

bool gst_tree_walk(int fd, gst_visitor visit, void *data, size_t *others, struct gst_status *st)
{
    struct walk walk = { .content = { .read = read_content, .file = open_file },
                         .visit = visit,
                         .data = data,
                         .file = -1 };
    struct stat info;
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (copy < 0 || fstat(copy, &info) != 0) {
        if (copy >= 0)
            close(copy);
        return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "cannot read the folder: %s",
                        strerror(errno));
    }
    walk.device = info.st_dev;
    if (!walk_folder(&walk, copy, 0, 0, st))
        return false;
    *others = walk.others;
    return walk.unread == 0
           || gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "cannot read '%s': %s (%zu such)",
                       walk.first_unread, strerror(walk.first_errno), walk.unread);
}
