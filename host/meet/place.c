/* SPDX-License-Identifier: Apache-2.0 */
/* Where rank 0 listens, as a file; see place.h. */
#include "meet/place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/units.h"

#define FIRST_LINE "gpu-selftest rendezvous 1"
#define HEX_DIGITS 16
#define NUMERIC    "0123456789abcdefABCDEF.:"
#define PATH_SIZE  1100
#define PORT_MAX   65535

/* False for what only its own link knows: such an address needs a zone that others name otherwise.
 */
static bool is_of_use(const struct ifaddrs *interface)
{
    const struct sockaddr *address = interface->ifa_addr;

    if (address == NULL || (interface->ifa_flags & IFF_UP) == 0)
        return false;
    if (address->sa_family == AF_INET)
        return true;
    return address->sa_family == AF_INET6
           && !IN6_IS_ADDR_LINKLOCAL(
               &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static void add_address(struct gst_place *place, const struct sockaddr *address)
{
    const void *bytes =
        address->sa_family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
            : (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

    if (place->address_count < GST_PLACE_ADDRESSES
        && inet_ntop(address->sa_family, bytes, place->addresses[place->address_count],
                     GST_PLACE_ADDRESS_SIZE)
               != NULL)
        place->address_count++;
}

void gst_place_of_this_machine(struct gst_place *place, int port)
{
    struct ifaddrs *all = NULL;

    *place = (struct gst_place){ .port = port };
    if (getrandom(&place->nonce, sizeof(place->nonce), GRND_NONBLOCK) < 0)
        place->nonce = gst_clock_ns() ^ (uint64_t)getpid() << 40;
    if (getifaddrs(&all) != 0)
        return;
    for (int is_loopback = 0; is_loopback < 2; is_loopback++) {
        for (const struct ifaddrs *at = all; at != NULL; at = at->ifa_next) {
            if (is_of_use(at) && ((at->ifa_flags & IFF_LOOPBACK) != 0) == is_loopback)
                add_address(place, at->ifa_addr);
        }
    }
    freeifaddrs(all);
}

const char *gst_place_format(const struct gst_place *place, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, FIRST_LINE "\nnonce %016" PRIx64 "\nport %d\n",
                                   place->nonce, place->port);

    for (size_t i = 0; i < place->address_count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "address %s\n", place->addresses[i]);
    return text;
}

/* What follows "<key> " in the line at *text, into `value`; moves *text to the next line. */
static bool take_line(const char **text, const char *key, char *value, size_t size)
{
    const size_t key_length = strlen(key);
    const char *end = strchr(*text, '\n'), *begin = *text + key_length + 1;

    if (end == NULL || strncmp(*text, key, key_length) != 0 || (*text)[key_length] != ' '
        || begin >= end || (size_t)(end - begin) >= size)
        return false;
    memcpy(value, begin, (size_t)(end - begin));
    value[end - begin] = '\0';
    *text = end + 1;
    return true;
}

bool gst_place_parse(struct gst_place *place, const char *text)
{
    struct gst_place read = { .port = 0 };
    char value[GST_PLACE_ADDRESS_SIZE];
    uint64_t port = 0;

    if (strncmp(text, FIRST_LINE "\n", strlen(FIRST_LINE) + 1) != 0)
        return false;
    text += strlen(FIRST_LINE) + 1;
    if (!take_line(&text, "nonce", value, sizeof(value)) || strlen(value) != HEX_DIGITS
        || strspn(value, "0123456789abcdef") != HEX_DIGITS)
        return false;
    read.nonce = strtoull(value, NULL, 16);
    if (!take_line(&text, "port", value, sizeof(value)) || !gst_parse_unsigned(value, &port)
        || port == 0 || port > PORT_MAX)
        return false;
    read.port = (int)port;
    while (*text != '\0') {
        if (read.address_count == GST_PLACE_ADDRESSES
            || !take_line(&text, "address", value, sizeof(value))
            || strspn(value, NUMERIC) != strlen(value))
            return false;
        memcpy(read.addresses[read.address_count++], value, sizeof(value));
    }
    if (read.address_count == 0)
        return false;
    *place = read;
    return true;
}

static bool write_all(int fd, const char *text)
{
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);

    return written == (ssize_t)length && fsync(fd) == 0;
}

bool gst_place_write(const struct gst_place *place, const char *path, char *why, size_t size)
{
    char text[GST_PLACE_FILE_SIZE], beside[PATH_SIZE];
    bool is_written;
    int fd;

    snprintf(beside, sizeof(beside), "%s.%016" PRIx64, path, place->nonce);
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    is_written = fd >= 0 && write_all(fd, gst_place_format(place, text, sizeof(text)));
    if (fd >= 0)
        close(fd);
    if (is_written && rename(beside, path) == 0)
        return true;
    snprintf(why, size, "cannot write '%.200s': %s", path, strerror(errno));
    if (fd >= 0)
        unlink(beside);
    return false;
}

bool gst_place_read(struct gst_place *place, const char *path, char *why, size_t size)
{
    char text[GST_PLACE_FILE_SIZE];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text));

    if (length < 0) {
        snprintf(why, size, "cannot read '%.200s': %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    close(fd);
    if ((size_t)length < sizeof(text)) {
        text[length] = '\0';
        /* A zero within would hide the rest. */
        if (strlen(text) == (size_t)length && gst_place_parse(place, text))
            return true;
    }
    snprintf(why, size, "'%.200s' is no file of rank 0", path);
    return false;
}
