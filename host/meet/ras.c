/* SPDX-License-Identifier: Apache-2.0 */
/* The text protocol of NCCL's RAS, from the client's side; see ras.h. */
#include "meet/ras.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/utf8.h"
#include "meet/address.h"

/* NCCL/src/ras/client.cc: each says its protocol's number first, and goes on if the other's
 * differs; a command is a line, and answered by a line, but for the status, which ends with the
 * connection. */
#define HELLO  "CLIENT PROTOCOL 2\n"
#define ANSWER "SERVER PROTOCOL "
#define STATUS "VERBOSE STATUS\n"

#define NS_PER_S 1e9

struct talk {
    int fd;
    uint64_t deadline_ns;
};

/* False if it is too late. */
static bool wait_for(const struct talk *talk, short events)
{
    struct pollfd poll_fd = { .fd = talk->fd, .events = events };

    for (;;) {
        const uint64_t now_ns = gst_clock_ns();
        int ready;

        if (now_ns >= talk->deadline_ns)
            return false;
        ready = poll(&poll_fd, 1, (int)((talk->deadline_ns - now_ns) / 1000000 + 1));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static bool say(const struct talk *talk, const char *line)
{
    size_t left = strlen(line);

    while (left > 0) {
        ssize_t gone = send(talk->fd, line, left, MSG_NOSIGNAL);

        if (gone > 0) {
            line += gone;
            left -= (size_t)gone;
        } else if (errno != EINTR && (errno != EAGAIN || !wait_for(talk, POLLOUT))) {
            return false;
        }
    }
    return true;
}

/* Bytes that came, 0: the other side has closed, or time is over. */
static size_t hear(const struct talk *talk, char *text, size_t size)
{
    for (;;) {
        ssize_t got = recv(talk->fd, text, size, 0);

        if (got >= 0)
            return (size_t)got;
        if (errno != EINTR && (errno != EAGAIN || !wait_for(talk, POLLIN)))
            return 0;
    }
}

/* One line, without its end. Byte by byte: what follows belongs to the next answer. */
static bool hear_line(const struct talk *talk, char *line, size_t size)
{
    for (size_t used = 0; used + 1 < size; used++) {
        if (hear(talk, line + used, 1) == 0)
            return false;
        if (line[used] == '\n') {
            line[used] = '\0';
            return true;
        }
    }
    return false;
}

static bool greet(const struct talk *talk, struct gst_status *st)
{
    char line[200], printable[600];

    if (!say(talk, HELLO) || !hear_line(talk, line, sizeof(line)))
        return gst_fail(st, GST_HOST_RANK_LOST, "NCCL's RAS says nothing");
    if (strncasecmp(line, ANSWER, strlen(ANSWER)) == 0)
        return true;
    gst_utf8_printable(printable, sizeof(printable), line);
    return gst_fail(st, GST_HOST_RANK_LOST, "what listens at NCCL's RAS port says '%.60s'",
                    printable);
}

/* How long the process that is asked waits for the others; a second less than we wait for it. */
static bool set_timeout(const struct talk *talk, double timeout_s, struct gst_status *st)
{
    char line[200];
    int seconds = timeout_s < 2 ? 1 : (int)timeout_s - 1;

    snprintf(line, sizeof(line), "TIMEOUT %d\n", seconds);
    if (say(talk, line) && hear_line(talk, line, sizeof(line)) && strcasecmp(line, "OK") == 0)
        return true;
    return gst_fail(st, GST_HOST_RANK_LOST, "NCCL's RAS refuses a time-out");
}

static bool take_status(const struct talk *talk, char *raw, size_t size, struct gst_status *st)
{
    size_t used = 0, got = 1;

    if (!say(talk, STATUS))
        return gst_fail(st, GST_HOST_RANK_LOST, "NCCL's RAS takes no question");
    while (used + 1 < size && got > 0) {
        got = hear(talk, raw + used, size - 1 - used);
        used += got;
    }
    raw[used] = '\0';
    return used > 0 || gst_fail(st, GST_HOST_RANK_LOST, "NCCL's RAS tells no status");
}

/* Line ends stay, since it is a page; what else could steer a terminal goes. */
static void clean(char *text, size_t size, char *raw)
{
    size_t used = 0;
    char *rest = raw;

    text[0] = '\0';
    while (*rest != '\0' && used + 1 < size) {
        char *end = rest + strcspn(rest, "\n");
        const bool has_end = *end == '\n';
        char line[3 * 400];

        *end = '\0';
        if (strlen(rest) >= 400)
            rest[399] = '\0';
        gst_utf8_printable(line, sizeof(line), rest);
        gst_utf8_copy(text + used, size - used, line);
        used += strlen(text + used);
        if (has_end && used + 1 < size)
            memcpy(text + used++, "\n", 2);
        rest = end + has_end;
    }
}

bool gst_ras_ask(const char *host, int port, double timeout_s, char *text, size_t size,
                 struct gst_status *st)
{
    struct talk talk = { .deadline_ns = gst_clock_ns() + (uint64_t)(timeout_s * NS_PER_S) };
    char why[300], *raw = malloc(size);
    bool ok;

    if (raw == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for %zu bytes", size);
    talk.fd = gst_address_connect(host, port, talk.deadline_ns, why, sizeof(why));
    if (talk.fd < 0) {
        free(raw);
        return gst_fail(st, GST_HOST_RANK_LOST, "NCCL's RAS: %s", why);
    }
    ok = greet(&talk, st) && set_timeout(&talk, timeout_s, st) && take_status(&talk, raw, size, st);
    if (ok)
        clean(text, size, raw);
    close(talk.fd);
    free(raw);
    return ok;
}

/* The line at *at without blanks around it; moves *at behind it. */
static size_t take_line(const char **at, const char **line)
{
    size_t length = strcspn(*at, "\n");

    *line = *at;
    *at += length + ((*at)[length] == '\n');
    while (length > 0 && **line == ' ') {
        (*line)++;
        length--;
    }
    while (length > 0 && (*line)[length - 1] == ' ')
        length--;
    return length;
}

/* "#0-0 (ac324706c955bae1) INCOMPLETE": which communicator by number and hash says nothing to
 * anybody who knows of one alone. */
static size_t without_number(const char **line, size_t length)
{
    const char *end = length > 0 && **line == '#' ? memchr(*line, ')', length) : NULL;
    const size_t skipped = end == NULL ? 0 : (size_t)(end - *line) + 1 + (end[1] == ' ');

    *line += skipped;
    return length - skipped;
}

/* A heading is underlined as far as it goes. */
static bool is_underline(const char *line, size_t length)
{
    return length > 0 && strspn(line, "=") >= length;
}

static bool is_word(const char *line, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(line, word, length) == 0;
}

const char *gst_ras_complaints(const char *status, char *line, size_t size)
{
    const char *at = status, *text;
    bool complains = false;

    line[0] = '\0';
    while (*at != '\0') {
        size_t length = take_line(&at, &text);
        const size_t used = strlen(line);

        if (is_underline(text, length) || length == 0)
            continue;
        if (is_underline(at, strcspn(at, "\n"))) {
            complains = is_word(text, length, "Errors") || is_word(text, length, "Warnings");
            continue;
        }
        length = without_number(&text, length);
        if (complains)
            snprintf(line + used, size - used, "%s%.*s", used > 0 ? "; " : "", (int)length, text);
    }
    return line;
}
