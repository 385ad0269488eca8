/* SPDX-License-Identifier: Apache-2.0 */
/* An address as text, taken apart; see rendezvous.h. */
#include "core/rendezvous.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"

#define TCP         "tcp://"
#define FILE_SCHEME "file://"
#define PORT_MAX    65535

/* Of names and of addresses of both families, with the zone of a link-local one. */
static const char host_characters[] = "abcdefghijklmnopqrstuvwxyz"
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%";

static bool is_scheme(const char *text, const char *scheme)
{
    return strncmp(text, scheme, strlen(scheme)) == 0;
}

static bool set_host(struct gst_rendezvous *meet, const char *host, size_t length, char *error,
                     size_t size)
{
    if (length == 0 || length >= sizeof(meet->host) || strspn(host, host_characters) < length) {
        snprintf(error, size, "'%.*s' is no host name or address", length < 64 ? (int)length : 64,
                 host);
        return false;
    }
    memcpy(meet->host, host, length);
    meet->host[length] = '\0';
    return true;
}

static bool set_port(struct gst_rendezvous *meet, const char *port, char *error, size_t size)
{
    uint64_t value = 0;

    if (!gst_parse_unsigned(port, &value) || value == 0 || value > PORT_MAX) {
        snprintf(error, size, "'%.32s' is no port from 1 to %d", port, PORT_MAX);
        return false;
    }
    meet->port = (int)value;
    return true;
}

bool gst_rendezvous_of_host(struct gst_rendezvous *meet, const char *host, const char *port,
                            char *error, size_t size)
{
    struct gst_rendezvous read = { .kind = GST_RENDEZVOUS_TCP };
    const size_t length = strlen(host);
    const bool has_brackets = length > 2 && host[0] == '[' && host[length - 1] == ']';

    if (!set_host(&read, has_brackets ? host + 1 : host, has_brackets ? length - 2 : length, error,
                  size)
        || !set_port(&read, port, error, size))
        return false;
    *meet = read;
    return true;
}

/* What follows tcp://, the colon before the port being the last: but in brackets, an address with
 * colons could not be told from an address and a port. */
static bool parse_tcp(struct gst_rendezvous *meet, const char *text, char *error, size_t size)
{
    const char *host = text, *colon = strrchr(text, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - host);

    if (text[0] == '[') {
        const char *end = strchr(text, ']');

        host = text + 1;
        length = end == NULL ? 0 : (size_t)(end - host);
        colon = end != NULL && end[1] == ':' ? end + 1 : NULL;
    } else if (length > 0 && memchr(host, ':', length) != NULL) {
        snprintf(error, size,
                 "'%.64s' has colons: an IPv6 address stands in brackets, "
                 "such as [fd00::1]:29500",
                 text);
        return false;
    }
    if (colon == NULL) {
        snprintf(error, size, "'%.64s' is no host and port such as node0:29500", text);
        return false;
    }
    return set_host(meet, host, length, error, size) && set_port(meet, colon + 1, error, size);
}

static bool parse_path(struct gst_rendezvous *meet, const char *path, char *error, size_t size)
{
    size_t length = strlen(path);

    /* What ends in a slash is a folder; room is left for the name of a temporary file beside it. */
    if (path[0] != '/' || path[length - 1] == '/' || length + 32 > sizeof(meet->path)) {
        snprintf(error, size, "'%.64s' is no absolute path of a file", path);
        return false;
    }
    memcpy(meet->path, path, length + 1);
    return true;
}

bool gst_rendezvous_parse(struct gst_rendezvous *meet, const char *text, char *error, size_t size)
{
    struct gst_rendezvous read = { .kind = GST_RENDEZVOUS_NONE };

    if (is_scheme(text, TCP)) {
        read.kind = GST_RENDEZVOUS_TCP;
        if (!parse_tcp(&read, text + strlen(TCP), error, size))
            return false;
    } else if (is_scheme(text, FILE_SCHEME)) {
        read.kind = GST_RENDEZVOUS_FILE;
        if (!parse_path(&read, text + strlen(FILE_SCHEME), error, size))
            return false;
    } else {
        snprintf(error, size, "'%.64s' is neither tcp://<host>:<port> nor file:///<path>", text);
        return false;
    }
    *meet = read;
    return true;
}

const char *gst_rendezvous_describe(const struct gst_rendezvous *meet, char *text, size_t size)
{
    const bool has_colon = strchr(meet->host, ':') != NULL;

    switch (meet->kind) {
    case GST_RENDEZVOUS_NONE:
        snprintf(text, size, "none");
        break;
    case GST_RENDEZVOUS_TCP:
        snprintf(text, size, TCP "%s%s%s:%d", has_colon ? "[" : "", meet->host,
                 has_colon ? "]" : "", meet->port);
        break;
    case GST_RENDEZVOUS_FILE:
        snprintf(text, size, FILE_SCHEME "%s", meet->path);
        break;
    }
    return text;
}
