/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of containers; see view.h. Links are followed here, one name at a time, in the same way for
 * a live root, a root somewhere else and a capture, so that none of them leads out.
 */
#include "audit/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "audit/capture.h"
#include "audit/try_opens.h"
#include "core/root.h"

#define LINKS_MAX 40 /* as the kernel's, path_resolution(7) */

extern char **environ;

/* A folder that stands for one of the root's. */
struct prefix {
    const char *name; /* "/proc" */
    struct gst_root root;
};

struct attempt {
    char *path;
    enum gst_look look;
    int result;
};

struct gst_view {
    struct gst_capture *capture; /* NULL: live, or another root */
    bool is_live;
    struct gst_root root;
    struct prefix prefixes[3];
    size_t attempt_count;
    struct attempt *attempts;
    char *answers;
};

static bool open_prefix(struct prefix *prefix, const char *name, const char *folder,
                        struct gst_status *st)
{
    prefix->name = name;
    prefix->root.fd = -1;
    return folder == NULL || gst_root_open(&prefix->root, folder, st);
}

struct gst_view *gst_view_open(const struct gst_view_request *request, struct gst_status *st)
{
    const struct gst_view_request here = { 0 };
    const struct gst_view_request *want = request != NULL ? request : &here;
    const char *root = want->root != NULL ? want->root : "/";
    struct gst_view *view = calloc(1, sizeof *view);
    bool ok;

    if (view == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for a view");
        return NULL;
    }
    view->root.fd = -1;
    ok = open_prefix(&view->prefixes[0], "/proc", want->proc, st)
         && open_prefix(&view->prefixes[1], "/sys", want->sys, st)
         && open_prefix(&view->prefixes[2], "/dev", want->dev, st)
         && gst_root_open(&view->root, root, st);
    view->is_live = strcmp(root, "/") == 0;
    if (ok && !view->is_live && gst_capture_is_here(&view->root)) {
        view->capture = gst_capture_open(root, st);
        ok = view->capture != NULL;
    }
    if (ok)
        return view;
    gst_view_close(view);
    return NULL;
}

void gst_view_close(struct gst_view *view)
{
    if (view == NULL)
        return;
    gst_capture_close(view->capture);
    gst_root_close(&view->root);
    for (size_t i = 0; i < 3; i++)
        gst_root_close(&view->prefixes[i].root);
    for (size_t i = 0; i < view->attempt_count; i++)
        free(view->attempts[i].path);
    free(view->attempts);
    free(view->answers);
    free(view);
}

bool gst_view_is_live(const struct gst_view *view)
{
    return view->is_live;
}

/* Which root a path is read below, and what of it remains there; NULL: the capture. */
static const struct gst_root *root_of(const struct gst_view *view, const char **path)
{
    for (size_t i = 0; i < 3; i++) {
        const struct prefix *prefix = &view->prefixes[i];
        size_t length = prefix->name != NULL ? strlen(prefix->name) : 0;

        if (prefix->root.fd >= 0 && strncmp(*path, prefix->name, length) == 0
            && ((*path)[length] == '/' || (*path)[length] == '\0')) {
            *path += length;
            return &prefix->root;
        }
    }
    return view->capture != NULL ? NULL : &view->root;
}

static void describe(struct gst_node *node, const struct stat *info)
{
    *node = (struct gst_node){
        .kind = S_ISREG(info->st_mode)   ? GST_NODE_FILE
                : S_ISDIR(info->st_mode) ? GST_NODE_FOLDER
                : S_ISLNK(info->st_mode) ? GST_NODE_LINK
                : S_ISCHR(info->st_mode) ? GST_NODE_CHARACTER
                                         : GST_NODE_OTHER,
        .mode = info->st_mode & 07777,
        .uid = info->st_uid,
        .gid = info->st_gid,
        .size_bytes = (uint64_t)info->st_size,
        .links = info->st_nlink,
        .inode = info->st_ino,
        .device_major = major(info->st_dev),
        .device_minor = minor(info->st_dev),
        .changed_s = info->st_ctime,
    };
    if (node->kind == GST_NODE_CHARACTER) {
        node->major = major(info->st_rdev);
        node->minor = minor(info->st_rdev);
    }
}

/* What lies at a path in which nothing but the last name can be a link. */
static bool find(const struct gst_view *view, const char *path, struct gst_node *node, char *target,
                 size_t size)
{
    const struct gst_root *root = root_of(view, &path);
    struct stat info;

    *target = '\0';
    if (root == NULL)
        return gst_capture_find(view->capture, path, node, target, size);
    if (!gst_root_lstat(root, path, &info))
        return false;
    describe(node, &info);
    return node->kind != GST_NODE_LINK || gst_root_link(root, path, target, size);
}

/* A walk from the root: names that are done, without links, and those still to come. */
struct walk {
    char done[PATH_MAX];
    char rest[PATH_MAX];
    unsigned links;
};

static bool take_name(struct walk *walk, char *name, size_t size)
{
    size_t skip = strspn(walk->rest, "/");
    size_t length = strcspn(walk->rest + skip, "/");

    if (length == 0 || length >= size)
        return false;
    memcpy(name, walk->rest + skip, length);
    name[length] = '\0';
    memmove(walk->rest, walk->rest + skip + length, strlen(walk->rest + skip + length) + 1);
    return true;
}

static bool is_last(const struct walk *walk)
{
    return walk->rest[strspn(walk->rest, "/")] == '\0';
}

static bool follow(struct walk *walk, const char *target)
{
    char rest[PATH_MAX];

    if (++walk->links > LINKS_MAX
        || snprintf(rest, sizeof rest, "%s/%s", target, walk->rest) >= (int)sizeof rest)
        return false;
    strcpy(walk->rest, rest);
    if (target[0] == '/')
        walk->done[0] = '\0';
    return true;
}

static bool step(const struct gst_view *view, struct walk *walk, const char *name, bool is_link_ok,
                 struct gst_node *node)
{
    char path[PATH_MAX], target[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s", walk->done, name) >= (int)sizeof path)
        return false;
    /* Folders on the way need not be known: a capture holds what counts, not each folder. */
    if (!find(view, path, node, target, sizeof target))
        *node = (struct gst_node){ .kind = GST_NODE_ABSENT };
    if (node->kind == GST_NODE_LINK && !(is_link_ok && is_last(walk)))
        return follow(walk, target);
    strcpy(walk->done, path);
    return true;
}

/* The node at a path; a link in its last place is followed, or is the answer. */
static bool walk_to(const struct gst_view *view, const char *path, bool is_link_ok,
                    struct gst_node *node, char *real, size_t size)
{
    struct walk walk = { .links = 0 };
    char name[NAME_MAX + 1], target[PATH_MAX];

    *node = (struct gst_node){ .kind = GST_NODE_ABSENT };
    if (snprintf(walk.rest, sizeof walk.rest, "%s", path) >= (int)sizeof walk.rest)
        return false;
    while (!is_last(&walk)) {
        if (!take_name(&walk, name, sizeof name))
            return false;
        if (strcmp(name, ".") == 0)
            continue;
        if (strcmp(name, "..") == 0) {
            if (walk.done[0] != '\0')
                *strrchr(walk.done, '/') = '\0';
            continue;
        }
        if (!step(view, &walk, name, is_link_ok, node))
            return false;
    }
    if (walk.done[0] == '\0')
        strcpy(walk.done, "/");
    return snprintf(real, size, "%s", walk.done) < (int)size
           && find(view, walk.done, node, target, sizeof target)
           && (is_link_ok || node->kind != GST_NODE_LINK);
}

bool gst_view_resolve(const struct gst_view *view, const char *path, char *real, size_t size)
{
    struct gst_node node;

    return walk_to(view, path, false, &node, real, size);
}

bool gst_view_stat(const struct gst_view *view, const char *path, struct gst_node *node)
{
    const char *below = path;
    const struct gst_root *root = root_of(view, &below);
    char real[PATH_MAX];
    struct stat info;

    if (root == NULL)
        return walk_to(view, path, false, node, real, sizeof real);
    *node = (struct gst_node){ .kind = GST_NODE_ABSENT };
    if (!gst_root_stat(root, below, &info))
        return false;
    describe(node, &info);
    return true;
}

bool gst_view_exists(const struct gst_view *view, const char *path)
{
    struct gst_node node;

    return gst_view_stat(view, path, &node);
}

bool gst_view_lstat(const struct gst_view *view, const char *path, struct gst_node *node)
{
    char real[PATH_MAX];

    return walk_to(view, path, true, node, real, sizeof real);
}

bool gst_view_link(const struct gst_view *view, const char *path, char *target, size_t size)
{
    struct gst_node node;
    char real[PATH_MAX];

    *target = '\0';
    return walk_to(view, path, true, &node, real, sizeof real) && node.kind == GST_NODE_LINK
           && find(view, real, &node, target, size);
}

int gst_view_open_file(const struct gst_view *view, const char *path)
{
    const char *below = path;
    const struct gst_root *root = root_of(view, &below);
    char real[PATH_MAX];

    if (root != NULL)
        return gst_root_open_file(root, below);
    return gst_view_resolve(view, path, real, sizeof real)
               ? gst_capture_open_file(view->capture, real)
               : -1;
}

/* What can be read of a file, at most `most` bytes; -1 if reading fails. */
static ssize_t read_all(int fd, char *data, size_t most)
{
    size_t length = 0;
    ssize_t got;

    do {
        got = read(fd, data + length, most - length);
        length += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && length < most) || (got < 0 && errno == EINTR));
    return got < 0 ? -1 : (ssize_t)length;
}

bool gst_view_read(const struct gst_view *view, const char *path, char *text, size_t size)
{
    int fd = gst_view_open_file(view, path);
    ssize_t length;

    text[0] = '\0';
    if (fd < 0)
        return false;
    length = read_all(fd, text, size - 1);
    close(fd);
    if (length < 0)
        return false;
    text[length] = '\0';
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = '\0';
    return true;
}

char *gst_view_load(const struct gst_view *view, const char *path, size_t most, size_t *size)
{
    int fd = gst_view_open_file(view, path);
    size_t room = 4096, length = 0;
    char *data = NULL, *grown;
    ssize_t got = 1;

    *size = 0;
    if (fd < 0)
        return NULL;
    /* Files of /proc tell no size: the buffer grows with what comes. */
    while (got > 0 && length <= most) {
        room = length + 1 >= room ? room * 4 : room;
        grown = realloc(data, room + 1);
        if (grown == NULL) {
            got = -1;
            break;
        }
        data = grown;
        got = read_all(fd, data + length, room - length);
        length += got > 0 ? (size_t)got : 0;
        if (got >= 0 && length < room)
            got = 0;
    }
    close(fd);
    if (got < 0 || length > most) {
        free(data);
        return NULL;
    }
    data[length] = '\0';
    *size = length;
    return data;
}

/* Actions of syslog(2): read everything, and how much that is. */
#define SYSLOG_READ_ALL    3
#define SYSLOG_SIZE_BUFFER 10

char *gst_view_kernel_log(const struct gst_view *view, size_t most, size_t *size)
{
    char *text;
    int room, got = -1;

    *size = 0;
    if (!view->is_live)
        return gst_view_load(view, "/dev/kmsg", most, size);
    room = klogctl(SYSLOG_SIZE_BUFFER, NULL, 0);
    if (room <= 0)
        return NULL;
    if ((size_t)room > most)
        room = (int)most;
    text = malloc((size_t)room + 1);
    if (text != NULL)
        got = klogctl(SYSLOG_READ_ALL, text, room);
    if (got < 0) {
        free(text);
        return NULL;
    }
    text[got] = '\0';
    *size = (size_t)got;
    return text;
}

bool gst_view_is_elf(const struct gst_view *view, const char *path)
{
    char real[PATH_MAX], magic[4] = "";
    int fd = gst_view_open_file(view, path);
    bool ok;

    if (fd < 0)
        return view->capture != NULL && gst_view_resolve(view, path, real, sizeof real)
               && gst_capture_is_elf(view->capture, real);
    ok = read_all(fd, magic, sizeof magic) == (ssize_t)sizeof magic
         && memcmp(magic, "\177ELF", sizeof magic) == 0;
    close(fd);
    return ok;
}

bool gst_view_list(const struct gst_view *view, const char *path,
                   bool (*visit)(const char *name, void *data), void *data)
{
    const char *below = path;
    const struct gst_root *root = root_of(view, &below);
    char real[PATH_MAX];

    if (root != NULL)
        return gst_root_list(root, below, visit, data);
    return gst_view_resolve(view, path, real, sizeof real)
           && gst_capture_list(view->capture, real, visit, data);
}

bool gst_view_space(const struct gst_view *view, const char *path, struct gst_space *space)
{
    char real[PATH_MAX];
    struct statvfs info;

    *space = (struct gst_space){ 0 };
    if (!gst_view_resolve(view, path, real, sizeof real))
        snprintf(real, sizeof real, "%s", path);
    if (view->capture != NULL)
        return gst_capture_space(view->capture, real, space);
    if (!view->is_live || statvfs(path, &info) != 0)
        return false;
    *space = (struct gst_space){
        .size_bytes = (uint64_t)info.f_blocks * info.f_frsize,
        .is_read_only = (info.f_flag & ST_RDONLY) != 0,
        .is_noexec = (info.f_flag & ST_NOEXEC) != 0,
        .is_nodev = (info.f_flag & ST_NODEV) != 0,
    };
    return true;
}

static char *const *environment_of(const struct gst_view *view)
{
    char *const *own = view->capture != NULL ? gst_capture_environment(view->capture) : NULL;

    return own != NULL ? own : environ;
}

const char *gst_view_env(const struct gst_view *view, const char *name)
{
    size_t length = strlen(name);

    for (char *const *entry = environment_of(view); entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    }
    return NULL;
}

void gst_view_each_env(const struct gst_view *view, const char *prefix,
                       void (*visit)(const char *entry, void *data), void *data)
{
    for (char *const *entry = environment_of(view); entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, prefix, strlen(prefix)) == 0)
            visit(*entry, data);
    }
}

int gst_view_open_result(const struct gst_view *view, const char *path, enum gst_look look)
{
    for (size_t i = 0; i < view->attempt_count; i++) {
        if (view->attempts[i].look == look && strcmp(view->attempts[i].path, path) == 0)
            return view->attempts[i].result;
    }
    return view->capture != NULL ? gst_capture_open_result(view->capture, path, look)
                                 : GST_OPEN_NOT_TRIED;
}

static bool keep_result(struct gst_view *view, const char *path, enum gst_look look, int result)
{
    struct attempt *attempt = &view->attempts[view->attempt_count];

    *attempt = (struct attempt){ .path = strdup(path), .look = look, .result = result };
    view->attempt_count += attempt->path != NULL;
    return attempt->path != NULL;
}

bool gst_view_try_opens(struct gst_view *view, const char *const *paths, size_t count,
                        double deadline_s, enum gst_look look, struct gst_status *st)
{
    struct attempt *attempts;
    int *results;
    bool ok = true, is_kept = true;

    if (view->capture != NULL || count == 0)
        return true;
    results = calloc(count, sizeof *results);
    attempts = realloc(view->attempts, (view->attempt_count + count) * sizeof *attempts);
    view->attempts = attempts != NULL ? attempts : view->attempts;
    is_kept = results != NULL && attempts != NULL;
    if (is_kept)
        ok = gst_try_opens(paths, count, deadline_s, results, st);
    for (size_t i = 0; i < count && is_kept; i++)
        is_kept = keep_result(view, paths[i], look, results[i]);
    free(results);
    return is_kept ? ok
                   : gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to open %zu nodes", count);
}

const char *gst_view_answers(const struct gst_view *view)
{
    if (view->answers != NULL)
        return view->answers;
    return view->capture != NULL ? gst_capture_answers(view->capture) : "";
}

bool gst_view_set_answers(struct gst_view *view, const char *text)
{
    free(view->answers);
    view->answers = strdup(text);
    return view->answers != NULL;
}
