/* SPDX-License-Identifier: Apache-2.0 */
/* The lines; see probe.h. */
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 1024

bool gst_probe_start(struct gst_probe *probe)
{
    *probe = (struct gst_probe){ .gpu = -1 };
    probe->lines = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return probe->lines >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
}

static void write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);

        if (written < 0 && errno == EINTR)
            continue;
        /* Nobody listens any more. */
        if (written <= 0)
            _exit(1);
        text += written;
        length -= (size_t)written;
    }
}

void gst_probe_say(const struct gst_probe *probe, const char *format, ...)
{
    char line[LINE_SIZE];
    size_t length;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    length = strlen(line);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    }
    line[length] = '\n';
    write_all(probe->lines, line, length + 1);
}

void gst_probe_enter(const struct gst_probe *probe, const char *name)
{
    gst_probe_say(probe, "enter %s", name);
}

bool gst_probe_lacks(const struct gst_probe *probe, const char *name)
{
    gst_probe_say(probe, "call %s missing", name);
    return false;
}

bool gst_probe_is_ok(const struct gst_probe *probe, const char *name, int code)
{
    if (code == 0)
        return true;
    if (probe->gpu < 0)
        gst_probe_say(probe, "call %s %d", name, code);
    else
        gst_probe_say(probe, "call %s %d gpu=%d", name, code, probe->gpu);
    return false;
}
