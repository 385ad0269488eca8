/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a system call of a process in the container can tell, and what is not worth a program
 * of its own: whether seccomp lets memory be placed, and whether an MPS server listens. Each code
 * is an errno, 0 where the call succeeds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe/probe.h"

static int try_connect(const struct sockaddr_un *address, int type)
{
    const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int code = 0;

    if (fd < 0)
        return errno;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0)
        code = errno;
    close(fd);
    return code;
}

static void ask_mps(const struct gst_probe *probe, const char *folder)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int code = ENAMETOOLONG;

    gst_probe_enter(probe, "mps_connect");
    if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", folder)
        < (int)sizeof(address.sun_path)) {
        /* Its documentation does not name the type, and the kernel tells if it is another. */
        code = try_connect(&address, SOCK_SEQPACKET);
        if (code == EPROTOTYPE)
            code = try_connect(&address, SOCK_STREAM);
    }
    gst_probe_say(probe, "call mps_connect %d", code);
}

void gst_probe_kernel(struct gst_probe *probe)
{
    const char *folder = getenv("CUDA_MPS_PIPE_DIRECTORY");
    int mode = 0;

    gst_probe_enter(probe, "get_mempolicy");
    gst_probe_say(probe, "call get_mempolicy %d",
                  syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) == 0 ? 0 : errno);
    if (folder != NULL && folder[0] != '\0')
        ask_mps(probe, folder);
}
