/* SPDX-License-Identifier: Apache-2.0 */
/* One write(2) per line, so that lines of several processes do not mix; see log.h. */
#include "core/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/utf8.h"

#define LINE_SIZE 1024

/* Back to the first column and erase: takes away a progress line, if there is one. */
static const char erase[] = "\r\033[K";

static void write_line(const char *text)
{
    size_t length = strlen(text), done = 0;

    while (done < length) {
        ssize_t wrote = write(STDERR_FILENO, text + done, length - done);

        if (wrote <= 0)
            return;
        done += (size_t)wrote;
    }
}

/* A progress line that wraps could not be erased again. */
static size_t terminal_columns(void)
{
    struct winsize window = { 0 };

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0)
        return 80;
    return window.ws_col;
}

void gst_log(const char *format, ...)
{
    char raw[LINE_SIZE], message[LINE_SIZE], line[LINE_SIZE + 32];
    va_list arguments;

    va_start(arguments, format);
    gst_utf8_format(raw, sizeof raw, format, arguments);
    va_end(arguments);
    /* Words of the command line come back in messages: they must not steer the terminal, nor make
     * one message look like two. */
    gst_utf8_printable(message, sizeof message, raw);
    snprintf(line, sizeof line, "%sgpu-selftest: %s\n", isatty(STDERR_FILENO) ? erase : "",
             message);
    write_line(line);
}

/* One that somebody holds by Ctrl-S, or that nobody reads, takes nothing for as long. */
static bool terminal_has_room(void)
{
    struct pollfd terminal = { .fd = STDERR_FILENO, .events = POLLOUT };

    return poll(&terminal, 1, 0) == 1 && (terminal.revents & POLLOUT) != 0;
}

void gst_log_progress(const char *format, ...)
{
    char message[LINE_SIZE], line[LINE_SIZE + 32];
    size_t columns;
    va_list arguments;

    if (!isatty(STDERR_FILENO) || !terminal_has_room())
        return;
    columns = terminal_columns();
    va_start(arguments, format);
    gst_utf8_format(message, columns < sizeof message ? columns : sizeof message, format,
                    arguments);
    va_end(arguments);
    snprintf(line, sizeof line, "%s%s", erase, message);
    write_line(line);
}
