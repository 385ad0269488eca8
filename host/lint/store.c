/* SPDX-License-Identifier: Apache-2.0 */
/* Members of archives and files of layouts; see store.h. */
#include "lint/store.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Docker allows 127 layers; an archive of several platforms has a few times that. */
#define MEMBERS_MAX 8192
#define JSON_MAX    (4 << 20)
#define HOPS_MAX    8

/* Names are digests with a little around them; longer ones are of something else. */
#define NAME_MAX_BYTES 160

struct gst_store_member {
    char *name;
    char *target;     /* of a link, "" otherwise */
    int64_t position; /* of its header */
};

/* What image archives are made of. Only these are remembered, so that the archive of a whole root
 * needs no memory. */
static const char *const layer_parts[] = { "blobs/*/*", "*/layer.tar", "*.tar", NULL };
static const char *const other_parts[] = { "*.json", "oci-layout", NULL };

static bool is_one_of(const char *path, const char *const *patterns)
{
    while (*patterns != NULL && fnmatch(*patterns, path, FNM_PATHNAME) != 0)
        patterns++;
    return *patterns != NULL;
}

static bool remember(struct gst_store *store, const struct gst_entry *entry, int64_t position,
                     struct gst_status *st)
{
    struct gst_store_member *member;

    if (store->count == MEMBERS_MAX)
        return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "it has more than %d parts", MEMBERS_MAX);
    if (store->count == store->capacity) {
        size_t capacity = store->capacity == 0 ? 64 : 2 * store->capacity;
        struct gst_store_member *members =
            realloc(store->members, capacity * sizeof *store->members);

        if (members == NULL)
            return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for the list of its parts");
        store->members = members;
        store->capacity = capacity;
    }
    member = &store->members[store->count];
    *member = (struct gst_store_member){ strdup(entry->path), strdup(entry->target), position };
    store->count++;
    return (member->name != NULL && member->target != NULL)
           || gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for the list of its parts");
}

bool gst_store_open_archive(struct gst_store *store, int fd, struct gst_status *st)
{
    struct gst_unpack *unpack;
    struct gst_entry entry;

    *store = (struct gst_store){ .fd = fd };
    unpack = gst_unpack_open(fd, "the archive", st);
    if (unpack == NULL)
        return false;
    while (gst_unpack_next(unpack, &entry, st)) {
        if (entry.kind != GST_ENTRY_FOLDER && strlen(entry.path) < NAME_MAX_BYTES
            && strlen(entry.target) < NAME_MAX_BYTES
            && (is_one_of(entry.path, layer_parts) || is_one_of(entry.path, other_parts))
            && !remember(store, &entry, gst_unpack_position(unpack), st))
            break;
    }
    gst_unpack_close(unpack);
    return st->finding == GST_NO_FINDING;
}

void gst_store_open_folder(struct gst_store *store, int fd)
{
    *store = (struct gst_store){ .fd = fd, .is_folder = true };
}

void gst_store_release(struct gst_store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        free(store->members[i].name);
        free(store->members[i].target);
    }
    free(store->members);
    *store = (struct gst_store){ .fd = -1 };
}

static const struct gst_store_member *member_at(const struct gst_store *store, const char *name)
{
    /* From the end: what was appended last counts. */
    for (size_t i = store->count; i-- > 0;) {
        if (strcmp(store->members[i].name, name) == 0)
            return &store->members[i];
    }
    return NULL;
}

/* Docker before 25 links a layer that two images share: "../<id>/layer.tar". */
static const struct gst_store_member *find(const struct gst_store *store, const char *name)
{
    const struct gst_store_member *member = member_at(store, name);

    for (int hops = 0; member != NULL && member->target[0] != '\0'; hops++) {
        const char *target = member->target;

        if (hops == HOPS_MAX)
            return NULL;
        if (strncmp(target, "../", 3) == 0)
            target += 3;
        member = member_at(store, target);
    }
    return member;
}

/* Names come from manifests, and must not lead out of the folder. */
static int open_in_folder(const struct gst_store *store, const char *name)
{
    struct stat info;
    int fd;

    if (name[0] == '/' || strstr(name, "..") != NULL) {
        errno = EXDEV;
        return -1;
    }
    fd = openat(store->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

bool gst_store_has_layers(const struct gst_store *store)
{
    static const char *const of_roots[] = { "bin", "etc", "usr" };
    struct stat info;

    for (size_t i = 0; i < sizeof of_roots / sizeof *of_roots && store->is_folder; i++) {
        if (fstatat(store->fd, of_roots[i], &info, AT_SYMLINK_NOFOLLOW) == 0)
            return false;
    }
    for (size_t i = 0; i < store->count; i++) {
        if (is_one_of(store->members[i].name, layer_parts))
            return true;
    }
    return store->is_folder;
}

bool gst_store_has(const struct gst_store *store, const char *name)
{
    struct stat info;

    if (!store->is_folder)
        return find(store, name) != NULL;
    return fstatat(store->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
}

static bool missing(const char *name, struct gst_status *st)
{
    return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "the part '%.120s' is missing", name);
}

/* The archive once more, from this member on. */
static struct gst_unpack *open_member(const struct gst_store *store, const char *name,
                                      struct gst_entry *entry, struct gst_status *st)
{
    const struct gst_store_member *member = find(store, name);
    struct gst_unpack *unpack;

    if (member == NULL || lseek(store->fd, member->position, SEEK_SET) < 0) {
        missing(name, st);
        return NULL;
    }
    unpack = gst_unpack_open(store->fd, "the archive", st);
    if (unpack == NULL)
        return NULL;
    if (gst_unpack_next(unpack, entry, st))
        return unpack;
    gst_unpack_close(unpack);
    missing(name, st);
    return NULL;
}

struct text {
    char *bytes;
    size_t length;
    bool is_long;
};

static bool append(void *data, uint64_t offset, const void *bytes, size_t size)
{
    struct text *text = data;

    text->is_long = offset > JSON_MAX || size > JSON_MAX - offset;
    if (text->is_long)
        return false;
    /* A sparse member may leave out zeros, and a hostile one go back. */
    if (offset > text->length)
        memset(text->bytes + text->length, 0, (size_t)offset - text->length);
    memcpy(text->bytes + offset, bytes, size);
    if (offset + size > text->length)
        text->length = (size_t)offset + size;
    return true;
}

static bool read_file(int fd, struct text *text, const char *name, struct gst_status *st)
{
    ssize_t got;

    while ((got = read(fd, text->bytes + text->length, JSON_MAX + 1 - text->length)) > 0
           || (got < 0 && errno == EINTR))
        text->length += got > 0 ? (size_t)got : 0;
    text->is_long = text->length > JSON_MAX;
    return got == 0
           || gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "cannot read '%.120s': %s", name,
                       strerror(errno));
}

static bool read_text(const struct gst_store *store, const char *name, struct text *text,
                      struct gst_status *st)
{
    struct gst_unpack *unpack;
    struct gst_content *content;
    struct gst_entry entry;
    bool ok;
    int fd;

    if (store->is_folder) {
        fd = open_in_folder(store, name);
        ok = fd >= 0 ? read_file(fd, text, name, st) : missing(name, st);
        if (fd >= 0)
            close(fd);
        return ok;
    }
    unpack = open_member(store, name, &entry, st);
    if (unpack == NULL)
        return false;
    content = gst_unpack_content(unpack);
    ok = content->read(content, append, text, st);
    gst_unpack_close(unpack);
    return ok;
}

json_t *gst_store_json(const struct gst_store *store, const char *name, struct gst_status *st)
{
    struct text text = { .bytes = malloc(JSON_MAX + 1) };
    json_error_t error;
    json_t *json = NULL;

    if (text.bytes == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for '%.120s'", name);
    } else if (read_text(store, name, &text, st)) {
        if (text.is_long) {
            gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "'%.120s' is larger than %d MiB", name,
                     JSON_MAX >> 20);
        } else {
            json = json_loadb(text.bytes, text.length, 0, &error);
            if (json == NULL)
                gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "'%.120s' is no JSON: line %d: %s", name,
                         error.line, error.text);
        }
    }
    free(text.bytes);
    return json;
}

bool gst_store_open_layer(const struct gst_store *store, const char *name, const char *label,
                          struct gst_store_layer *layer, struct gst_status *st)
{
    struct gst_entry entry;

    *layer = (struct gst_store_layer){ .file = -1 };
    if (store->is_folder) {
        layer->file = open_in_folder(store, name);
        if (layer->file < 0)
            return missing(name, st);
        layer->unpack = gst_unpack_open(layer->file, label, st);
    } else {
        layer->outer = open_member(store, name, &entry, st);
        if (layer->outer != NULL)
            layer->unpack = gst_unpack_open_member(layer->outer, label, st);
    }
    if (layer->unpack != NULL)
        return true;
    gst_store_close_layer(layer);
    return false;
}

void gst_store_close_layer(struct gst_store_layer *layer)
{
    gst_unpack_close(layer->unpack);
    gst_unpack_close(layer->outer);
    if (layer->file >= 0)
        close(layer->file);
    *layer = (struct gst_store_layer){ .file = -1 };
}
