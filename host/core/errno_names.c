/* SPDX-License-Identifier: Apache-2.0 */
/* Error numbers that open() and its kin answer (errno(3)); see errno_names.h. glibc can name a
 * number only from 2.32 on, and nothing can find the number of a name. */
#include "core/errno_names.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define ROW(name)                                                                                  \
    {                                                                                              \
        name, #name                                                                                \
    }

static const struct {
    int number;
    const char *name;
} rows[] = {
    ROW(EPERM),   ROW(ENOENT),    ROW(EINTR),   ROW(EIO),       ROW(ENXIO),        ROW(EBADF),
    ROW(EAGAIN),  ROW(ENOMEM),    ROW(EACCES),  ROW(EFAULT),    ROW(ENOTBLK),      ROW(EBUSY),
    ROW(EEXIST),  ROW(EXDEV),     ROW(ENODEV),  ROW(ENOTDIR),   ROW(EISDIR),       ROW(EINVAL),
    ROW(ENFILE),  ROW(EMFILE),    ROW(ETXTBSY), ROW(EFBIG),     ROW(ENOSPC),       ROW(EROFS),
    ROW(EPIPE),   ROW(ENOSYS),    ROW(ELOOP),   ROW(EOVERFLOW), ROW(ENAMETOOLONG), ROW(ESTALE),
    ROW(ENOTSUP), ROW(ETIMEDOUT), ROW(EDQUOT),  ROW(ENOTCONN),  ROW(ECONNREFUSED),
};

const char *gst_errno_name(int number)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number == number)
            return rows[i].name;
    }
    return "unnamed";
}

int gst_errno_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].number;
    }
    return 0;
}
