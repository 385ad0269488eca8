/* SPDX-License-Identifier: Apache-2.0 */
/* Messages over a non-blocking socket; see link.h. */
#include "meet/link.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/utf8.h"
#include "meet/meet.h"

_Static_assert(GST_WIRE_CARD_SIZE <= GST_LINK_SMALL_SIZE, "a card fits");
_Static_assert(GST_WIRE_REASON_SIZE == GST_WIRE_ID_SIZE + GST_CAUSE_SIZE, "a cause fits");

void gst_link_open(struct gst_meet_link *link, int fd)
{
    const int one = 1;

    *link = (struct gst_meet_link){ .fd = fd };
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    /* Steps are small and waited for. Refused by sockets that are not TCP's, which need it not. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

void gst_link_close(struct gst_meet_link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
}

void gst_link_expect(struct gst_meet_link *link, void *data, size_t bytes)
{
    link->taken = 0;
    link->data = data;
    link->data_bytes = bytes;
}

/* What a message of this kind holds beside data. */
static size_t small_bytes_of(enum gst_wire_kind kind)
{
    switch (kind) {
    case GST_WIRE_HELLO:
    case GST_WIRE_SEAT:
        return GST_WIRE_CARD_SIZE;
    case GST_WIRE_REFUSE:
    case GST_WIRE_ABORT:
        return GST_WIRE_REASON_SIZE;
    case GST_WIRE_ARRIVE:
    case GST_WIRE_GO:
    case GST_WIRE_DATA:
        return GST_MEET_STEP_SIZE;
    case GST_WIRE_WELCOME:
    case GST_WIRE_KINDS:
        break;
    }
    return 0;
}

/* A part of the message that begins at byte `begin` of it, into `into`. */
static enum gst_link_state take_part(struct gst_meet_link *link, uint64_t begin, uint8_t *into,
                                     size_t bytes)
{
    while (link->taken < begin + bytes) {
        const size_t used = (size_t)(link->taken - begin);
        ssize_t got = recv(link->fd, into + used, bytes - used, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return GST_LINK_AGAIN;
        if (got <= 0)
            return GST_LINK_GONE;
        link->taken += (uint64_t)got;
    }
    return GST_LINK_DONE;
}

/* What is said about the rest before any of it is read. */
static enum gst_link_state judge_header(struct gst_meet_link *link, size_t *small, size_t *data)
{
    enum gst_wire_origin origin = gst_wire_take_header(link->head, &link->header);
    const enum gst_wire_kind kind = link->header.kind;

    *small = small_bytes_of(kind);
    *data = 0;
    if (origin == GST_WIRE_FOREIGN)
        return GST_LINK_FOREIGN;
    if (origin == GST_WIRE_OTHER_VERSION && kind != GST_WIRE_REFUSE)
        return GST_LINK_OTHER_VERSION;
    if (link->header.bytes < *small || (link->header.bytes > *small && kind != GST_WIRE_DATA))
        return GST_LINK_FOREIGN;
    if (kind == GST_WIRE_DATA && link->header.bytes - *small == link->data_bytes)
        *data = link->data_bytes;
    return GST_LINK_DONE;
}

enum gst_link_state gst_link_take(struct gst_meet_link *link)
{
    size_t small, data;
    enum gst_link_state state = take_part(link, 0, link->head, sizeof(link->head));

    if (state != GST_LINK_DONE)
        return state;
    state = judge_header(link, &small, &data);
    if (state == GST_LINK_DONE)
        state = take_part(link, sizeof(link->head), link->small, small);
    if (state == GST_LINK_DONE && data > 0)
        state = take_part(link, sizeof(link->head) + small, link->data, data);
    return state;
}

void gst_link_prepare(struct gst_meet_link *link, enum gst_wire_kind kind, uint32_t step,
                      const void *small, size_t small_bytes, const void *data, size_t data_bytes)
{
    const struct gst_wire_header header = {
        .kind = kind,
        .step = step,
        .bytes = (uint32_t)(small_bytes + data_bytes),
    };

    gst_wire_put_header(link->out, &header);
    if (small_bytes > 0)
        memcpy(link->out + GST_WIRE_HEADER_SIZE, small, small_bytes);
    link->out_bytes = GST_WIRE_HEADER_SIZE + small_bytes;
    link->out_data = data;
    link->out_data_bytes = data_bytes;
    link->given = 0;
}

/* One call for both parts: small messages then are one packet. */
static ssize_t give_some(struct gst_meet_link *link)
{
    struct iovec parts[2] = { { .iov_len = 0 } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 0 };
    size_t behind = 0;

    if (link->given < link->out_bytes)
        parts[message.msg_iovlen++] =
            (struct iovec){ link->out + link->given, link->out_bytes - (size_t)link->given };
    else
        behind = (size_t)link->given - link->out_bytes;
    if (behind < link->out_data_bytes)
        /* Only read; struct iovec knows no const. */
        parts[message.msg_iovlen++] = (struct iovec){ (void *)(uintptr_t)(link->out_data + behind),
                                                      link->out_data_bytes - behind };
    return sendmsg(link->fd, &message, MSG_NOSIGNAL);
}

enum gst_link_state gst_link_give(struct gst_meet_link *link)
{
    while (link->given < link->out_bytes + link->out_data_bytes) {
        ssize_t gone = give_some(link);

        if (gone < 0 && errno == EINTR)
            continue;
        if (gone < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? GST_LINK_AGAIN : GST_LINK_GONE;
        link->given += (uint64_t)gone;
    }
    return GST_LINK_DONE;
}

void gst_link_put_reason(uint8_t small[GST_LINK_SMALL_SIZE], enum gst_finding_id finding,
                         const char *cause)
{
    memset(small, 0, GST_LINK_SMALL_SIZE);
    gst_utf8_copy((char *)small, GST_WIRE_ID_SIZE, gst_finding(finding)->id);
    gst_utf8_copy((char *)small + GST_WIRE_ID_SIZE, GST_CAUSE_SIZE, cause);
}

enum gst_finding_id gst_link_take_reason(const uint8_t small[GST_LINK_SMALL_SIZE],
                                         char cause[GST_CAUSE_SIZE])
{
    char id[GST_WIRE_ID_SIZE], raw[GST_CAUSE_SIZE], printable[3 * GST_CAUSE_SIZE];
    enum gst_finding_id finding;

    memcpy(id, small, sizeof(id));
    id[sizeof(id) - 1] = '\0';
    memcpy(raw, small + GST_WIRE_ID_SIZE, sizeof(raw));
    raw[sizeof(raw) - 1] = '\0';
    gst_utf8_printable(printable, sizeof(printable), raw);
    gst_utf8_copy(cause, GST_CAUSE_SIZE, printable);
    finding = gst_finding_by_name(id);
    return finding == GST_NO_FINDING ? GST_HOST_RANK_LOST : finding;
}

void gst_link_dismiss(struct gst_meet_link *link, enum gst_wire_kind kind,
                      enum gst_finding_id finding, const char *cause)
{
    uint8_t reason[GST_LINK_SMALL_SIZE];

    if (link->fd < 0)
        return;
    if (link->given == 0 || link->given == link->out_bytes + link->out_data_bytes) {
        gst_link_put_reason(reason, finding, cause);
        gst_link_prepare(link, kind, 0, reason, sizeof(reason), NULL, 0);
        gst_link_give(link);
    }
    gst_link_close(link);
}
