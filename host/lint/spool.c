/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files; see spool.h. */
#include "lint/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *folder(void)
{
    const char *named = getenv("TMPDIR");

    return named == NULL || named[0] == '\0' ? "/var/tmp" : named;
}

/* Where the file system knows no files without names. */
static int open_and_unlink(void)
{
    char path[PATH_MAX];
    int fd;

    snprintf(path, sizeof path, "%s/gpu-selftest-XXXXXX", folder());
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

int gst_spool_open(struct gst_status *st)
{
    int fd = open(folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        fd = open_and_unlink();
    if (fd < 0)
        gst_fail(st, GST_SUITE_IMAGE_UNREADABLE,
                 "cannot make a temporary file in '%s': %s; name another folder in TMPDIR",
                 folder(), strerror(errno));
    return fd;
}

bool gst_spool_write(int fd, uint64_t offset, const void *bytes, size_t size, struct gst_status *st)
{
    const char *from = bytes;

    if (offset > GST_SPOOL_MAX || size > GST_SPOOL_MAX - offset)
        return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "it is larger than %llu GiB",
                        (unsigned long long)(GST_SPOOL_MAX >> 30));
    while (size > 0) {
        ssize_t wrote = pwrite(fd, from, size, (off_t)offset);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE,
                            "cannot write to a temporary file in '%s': %s; name another folder in "
                            "TMPDIR",
                            folder(), strerror(errno));
        from += wrote;
        offset += (uint64_t)wrote;
        size -= (size_t)wrote;
    }
    return true;
}
