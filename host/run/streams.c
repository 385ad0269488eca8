/* SPDX-License-Identifier: Apache-2.0 */
/* See streams.h. */
#include "run/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void gst_streams_fill(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
            return;
    }
}

FILE *gst_streams_private_stdout(void)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

    if (out == NULL && fd >= 0)
        close(fd);
    return out;
}
