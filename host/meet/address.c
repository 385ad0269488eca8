/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets by name; see address.h. */
#include "meet/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"

/* Ranks that all connect at once wait here. */
#define BACKLOG 1024

/* One address of several gets no more than this: another may answer. */
#define CONNECT_NS UINT64_C(2000000000)

static int find(const char *host, int port, int flags, struct addrinfo **found)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICSERV | flags };
    char service[16];

    snprintf(service, sizeof(service), "%d", port);
    return getaddrinfo(host, service, &hints, found);
}

static int open_socket(const struct addrinfo *address)
{
    return socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                  address->ai_protocol);
}

static int listen_at(const struct addrinfo *address)
{
    const int one = 1, zero = 0;
    int fd = open_socket(address), cause;

    if (fd < 0)
        return -1;
    /* What is left of an earlier run's connections must not keep the port. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (address->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

/* At all addresses of both families where there is IPv6, of IPv4 where there is not. */
static int listen_at_all(int port)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    const struct addrinfo any[2] = {
        { .ai_family = AF_INET6,
          .ai_socktype = SOCK_STREAM,
          .ai_addr = (void *)&six,
          .ai_addrlen = sizeof(six) },
        { .ai_family = AF_INET,
          .ai_socktype = SOCK_STREAM,
          .ai_addr = (void *)&four,
          .ai_addrlen = sizeof(four) },
    };
    int fd = listen_at(&any[0]);

    return fd < 0 && errno != EADDRINUSE ? listen_at(&any[1]) : fd;
}

/* True if one address alone is meant, and which. */
static bool is_one_address(const char *host, int port, struct addrinfo **found)
{
    if (host == NULL)
        return false;
    return find(host, port, strcmp(host, "localhost") == 0 ? 0 : AI_NUMERICHOST, found) == 0;
}

int gst_address_listen(const char *host, int port, bool *is_taken, char *why, size_t size)
{
    struct addrinfo *found = NULL;
    int fd = -1;

    errno = EADDRNOTAVAIL;
    if (is_one_address(host, port, &found)) {
        fd = listen_at(found);
        freeaddrinfo(found);
    }
    if (fd < 0 && errno == EADDRNOTAVAIL)
        fd = listen_at_all(port);
    *is_taken = fd < 0 && errno == EADDRINUSE;
    if (fd < 0)
        snprintf(why, size, "cannot listen at port %d: %s", port, strerror(errno));
    return fd;
}

int gst_address_port(int listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } bound = { .any = { .sa_family = AF_UNSPEC } };
    socklen_t length = sizeof(bound);

    if (getsockname(listener, &bound.any, &length) != 0)
        return 0;
    return ntohs(bound.any.sa_family == AF_INET6 ? bound.six.sin6_port : bound.four.sin_port);
}

static int milliseconds_to(uint64_t deadline_ns)
{
    const uint64_t now_ns = gst_clock_ns();

    return now_ns >= deadline_ns ? 0 : (int)((deadline_ns - now_ns) / 1000000 + 1);
}

/* 0, or the error number. */
static int connect_to(int fd, const struct addrinfo *address, uint64_t deadline_ns)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
    socklen_t length = sizeof(int);
    int error = 0, ready;

    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    do
        ready = poll(&poll_fd, 1, milliseconds_to(deadline_ns));
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return ETIMEDOUT;
    if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        return errno;
    return error;
}

int gst_address_connect(const char *host, int port, uint64_t deadline_ns, char *why, size_t size)
{
    struct addrinfo *found = NULL;
    int error = find(host, port, 0, &found), fd = -1;

    if (error != 0) {
        snprintf(why, size, "cannot resolve '%.100s': %s", host, gai_strerror(error));
        return -1;
    }
    for (struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next) {
        uint64_t until_ns = gst_clock_ns() + CONNECT_NS;

        fd = open_socket(at);
        error =
            fd < 0 ? errno : connect_to(fd, at, until_ns < deadline_ns ? until_ns : deadline_ns);
        if (fd >= 0 && error != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0)
        snprintf(why, size, "cannot connect to '%.100s', port %d: %s", host, port, strerror(error));
    return fd;
}
