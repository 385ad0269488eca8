/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libarchive behind an interface of our own; see unpack.h. Formats and filters are those of images
 * and no others: whatever else libarchive knows stays out of reach of hostile input, and out of the
 * program.
 */
#include "lint/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lint/spool.h"

#define READ_SIZE (64 << 10)

/* Real layers shrink to a tenth, seldom to a fiftieth; what grows more than this, and past a size
 * at which it matters, was made to. */
#define RATIO_MAX  200
#define RATIO_FROM (256 << 20)

struct gst_unpack {
    struct gst_content content; /* first: callbacks get this */
    struct archive *archive;
    struct archive_entry *entry;
    struct gst_unpack *outer; /* NULL: reads from fd */
    int fd;
    bool is_compressed, has_begun;
    char name[64];
    char path[GST_ENTRY_PATH_SIZE];
    struct gst_status inner; /* why `outer` could not be read on */
    unsigned char buffer[READ_SIZE];
};

static bool fail(const struct gst_unpack *unpack, struct gst_status *st)
{
    const char *text = archive_error_string(unpack->archive);

    if (unpack->inner.finding != GST_NO_FINDING) {
        *st = unpack->inner;
        return false;
    }
    if (unpack->outer == NULL && !unpack->has_begun)
        text = "it is empty";
    else if (text != NULL && strcmp(text, "Unrecognized archive format") == 0)
        text = "it is no tar archive, plain or compressed with gzip or zstd";
    return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "cannot read %s: %s", unpack->name,
                    text == NULL ? "it is damaged" : text);
}

/* One block of the member at hand; `size` is 0 at its end. */
static bool next_block(struct gst_unpack *unpack, const void **bytes, size_t *size, int64_t *offset,
                       struct gst_status *st)
{
    int code;

    /* A sparse file may have empty blocks. */
    do
        code = archive_read_data_block(unpack->archive, bytes, size, offset);
    while ((code == ARCHIVE_OK || code == ARCHIVE_RETRY) && *size == 0);
    if (code == ARCHIVE_EOF)
        *size = 0;
    return code == ARCHIVE_EOF || code == ARCHIVE_OK || code == ARCHIVE_WARN || fail(unpack, st);
}

/* A compressed archive that goes on and on, out of next to nothing. */
static bool is_sane(const struct gst_unpack *unpack, struct gst_status *st)
{
    int64_t out = archive_filter_bytes(unpack->archive, 0);
    int64_t in = archive_filter_bytes(unpack->archive, -1);

    if (!unpack->is_compressed || out < RATIO_FROM || out / RATIO_MAX < in)
        return true;
    return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE,
                    "%s unpacks to more than %d times its size (%lld MiB so far), which no image "
                    "does",
                    unpack->name, RATIO_MAX, (long long)(out >> 20));
}

static bool read_content(struct gst_content *content, gst_sink sink, void *data,
                         struct gst_status *st)
{
    struct gst_unpack *unpack = (struct gst_unpack *)content;
    const void *bytes;
    int64_t offset;
    size_t size;

    do {
        if (!next_block(unpack, &bytes, &size, &offset, st) || !is_sane(unpack, st))
            return false;
    } while (size > 0 && sink(data, (uint64_t)offset, bytes, size));
    return true;
}

static ssize_t from_fd(struct archive *archive, void *data, const void **bytes)
{
    struct gst_unpack *unpack = data;
    ssize_t got;

    do
        got = read(unpack->fd, unpack->buffer, sizeof unpack->buffer);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        archive_set_error(archive, errno, "%s", strerror(errno));
    unpack->has_begun |= got != 0;
    *bytes = unpack->buffer;
    return got;
}

/* Without it what is skipped would be read; a pipe cannot, and says so with 0. */
static int64_t skip_fd(struct archive *archive, void *data, int64_t request)
{
    struct gst_unpack *unpack = data;
    off_t here = lseek(unpack->fd, 0, SEEK_CUR), end;

    (void)archive;
    if (here < 0 || (end = lseek(unpack->fd, 0, SEEK_END)) < 0)
        return 0;
    /* Past the end nothing would be missed: what is cut off has to be noticed by reading it. */
    if (request > end - here)
        request = end > here ? end - here : 0;
    return lseek(unpack->fd, here + request, SEEK_SET) < 0 ? -1 : request;
}

static ssize_t from_outer(struct archive *archive, void *data, const void **bytes)
{
    struct gst_unpack *unpack = data;
    int64_t offset;
    size_t size;

    if (next_block(unpack->outer, bytes, &size, &offset, &unpack->inner)
        && is_sane(unpack->outer, &unpack->inner))
        return (ssize_t)size;
    archive_set_error(archive, EIO, "%s", unpack->inner.cause);
    return -1;
}

static struct gst_unpack *make(const char *name)
{
    struct gst_unpack *unpack = calloc(1, sizeof *unpack);

    if (unpack == NULL)
        return NULL;
    unpack->content.read = read_content;
    unpack->inner = (struct gst_status)GST_STATUS_INIT;
    unpack->fd = -1;
    snprintf(unpack->name, sizeof unpack->name, "%s", name);
    unpack->archive = archive_read_new();
    if (unpack->archive != NULL && archive_read_support_filter_gzip(unpack->archive) == ARCHIVE_OK
        && archive_read_support_filter_zstd(unpack->archive) == ARCHIVE_OK)
        return unpack;
    gst_unpack_close(unpack);
    return NULL;
}

/* Compression inside compression is how a few bytes become a universe. */
static bool count_filters(struct gst_unpack *unpack, struct gst_status *st)
{
    int filters = archive_filter_count(unpack->archive);

    unpack->is_compressed = filters > 1;
    return filters <= 2
           || gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "%s is compressed more than once",
                       unpack->name);
}

static struct gst_unpack *start(struct gst_unpack *unpack, archive_read_callback *read,
                                archive_skip_callback *skip, struct gst_status *st)
{
    if (archive_read_open2(unpack->archive, unpack, NULL, read, skip, NULL) != ARCHIVE_OK)
        fail(unpack, st);
    else if (count_filters(unpack, st))
        return unpack;
    gst_unpack_close(unpack);
    return NULL;
}

struct gst_unpack *gst_unpack_open(int fd, const char *name, struct gst_status *st)
{
    struct gst_unpack *unpack = make(name);

    if (unpack == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to read %s", name);
        return NULL;
    }
    unpack->fd = fd;
    archive_read_support_format_tar(unpack->archive);
    return start(unpack, from_fd, skip_fd, st);
}

struct gst_unpack *gst_unpack_open_member(struct gst_unpack *outer, const char *name,
                                          struct gst_status *st)
{
    struct gst_unpack *unpack = make(name);

    if (unpack == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to read %s", name);
        return NULL;
    }
    unpack->outer = outer;
    archive_read_support_format_tar(unpack->archive);
    /* A layer may be empty. */
    archive_read_support_format_empty(unpack->archive);
    return start(unpack, from_outer, NULL, st);
}

void gst_unpack_close(struct gst_unpack *unpack)
{
    if (unpack == NULL)
        return;
    archive_read_free(unpack->archive);
    free(unpack);
}

bool gst_unpack_is_compressed(const struct gst_unpack *unpack)
{
    return unpack->is_compressed;
}

static enum gst_entry_kind kind_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL)
        return GST_ENTRY_HARD_LINK;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return GST_ENTRY_FILE;
    case AE_IFDIR:
        return GST_ENTRY_FOLDER;
    case AE_IFLNK:
        return GST_ENTRY_LINK;
    case AE_IFCHR:
    case AE_IFBLK:
        return GST_ENTRY_NODE;
    default:
        return GST_ENTRY_OTHER;
    }
}

/* What is left of the member at hand, where skipping means unpacking: a bomb shows only then. */
static bool pass_over(struct gst_unpack *unpack, struct gst_status *st)
{
    const void *bytes;
    int64_t offset;
    size_t size = 1;

    while (unpack->entry != NULL && unpack->is_compressed && size > 0) {
        if (!next_block(unpack, &bytes, &size, &offset, st) || !is_sane(unpack, st))
            return false;
    }
    return true;
}

bool gst_unpack_next(struct gst_unpack *unpack, struct gst_entry *entry, struct gst_status *st)
{
    const char *path, *target;
    int code;

    if (!pass_over(unpack, st))
        return false;
    unpack->entry = NULL;
    code = archive_read_next_header(unpack->archive, &unpack->entry);
    if (code == ARCHIVE_EOF)
        return false;
    /* A warning is about owners, times and character sets. */
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return fail(unpack, st);
    path = archive_entry_pathname(unpack->entry);
    if (path == NULL)
        return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "%s holds a member without a name",
                        unpack->name);
    if (!gst_entry_path(path, unpack->path, st))
        return false;
    target = archive_entry_symlink(unpack->entry);
    if (target == NULL)
        target = archive_entry_hardlink(unpack->entry);
    *entry = (struct gst_entry){
        .path = unpack->path,
        .kind = kind_of(unpack->entry),
        .target = target == NULL ? "" : target,
        .size_bytes = (uint64_t)archive_entry_size(unpack->entry),
        .mode = (unsigned)archive_entry_perm(unpack->entry) & 07777,
    };
    return true;
}

struct gst_content *gst_unpack_content(struct gst_unpack *unpack)
{
    return &unpack->content;
}

int64_t gst_unpack_position(const struct gst_unpack *unpack)
{
    return archive_read_header_position(unpack->archive);
}

bool gst_unpack_walk(struct gst_unpack *unpack, gst_visitor visit, void *data,
                     struct gst_status *st)
{
    struct gst_entry entry;

    while (gst_unpack_next(unpack, &entry, st)) {
        if (!visit(data, &entry, gst_unpack_content(unpack), st))
            return false;
    }
    return st->finding == GST_NO_FINDING;
}

struct copy {
    int spool;
    struct gst_status *st;
    bool is_full;
};

static bool copy_block(void *data, uint64_t offset, const void *bytes, size_t size)
{
    struct copy *copy = data;

    copy->is_full = !gst_spool_write(copy->spool, offset, bytes, size, copy->st);
    return !copy->is_full;
}

bool gst_unpack_filters(int fd, int spool, struct gst_status *st)
{
    struct gst_unpack *unpack = make("the archive");
    struct copy copy = { .spool = spool, .st = st };
    bool ok;

    if (unpack == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory to read the archive");
    unpack->fd = fd;
    archive_read_support_format_raw(unpack->archive);
    unpack = start(unpack, from_fd, skip_fd, st);
    if (unpack == NULL)
        return false;
    if (archive_read_next_header(unpack->archive, &unpack->entry) != ARCHIVE_OK)
        ok = fail(unpack, st);
    else
        ok = read_content(&unpack->content, copy_block, &copy, st) && !copy.is_full;
    gst_unpack_close(unpack);
    return ok;
}
