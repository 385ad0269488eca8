/* SPDX-License-Identifier: Apache-2.0 */
/* What arrives at the port where ranks meet: messages, as they come over a socket. */
#include "tests/fuzz/fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "meet/link.h"
#include "meet/meet.h"
#include "meet/wire.h"

/* Less than what a socket's buffer takes, so that nobody waits. */
#define MOST 16384

/* A step that expects so many bytes, and not one more. */
static uint8_t data[100];

static void check_message(const struct gst_meet_link *link)
{
    struct gst_card card;
    char cause[GST_CAUSE_SIZE];

    GST_CLAIM(link->header.kind > 0 && link->header.kind < GST_WIRE_KINDS);
    switch (link->header.kind) {
    case GST_WIRE_HELLO:
    case GST_WIRE_SEAT:
        if (!gst_wire_take_card(link->small, &card))
            return;
        GST_CLAIM(card.rank >= -1 && card.size >= 1);
        GST_CLAIM(gst_fuzz_ends(card.version, sizeof(card.version)));
        GST_CLAIM(gst_fuzz_ends(card.nccl, sizeof(card.nccl)));
        GST_CLAIM(gst_fuzz_ends(card.gpu, sizeof(card.gpu)));
        GST_CLAIM(gst_fuzz_ends(card.host, sizeof(card.host)));
        GST_CLAIM(gst_fuzz_ends(card.boot_id, sizeof(card.boot_id)));
        GST_CLAIM(strchr(card.host, '\x1b') == NULL);
        return;
    case GST_WIRE_REFUSE:
    case GST_WIRE_ABORT:
        GST_CLAIM(gst_link_take_reason(link->small, cause) != GST_NO_FINDING);
        GST_CLAIM(gst_fuzz_ends(cause, sizeof(cause)) && strchr(cause, '\x1b') == NULL);
        return;
    case GST_WIRE_ARRIVE:
    case GST_WIRE_GO:
    case GST_WIRE_DATA:
        GST_CLAIM(link->header.bytes >= GST_MEET_STEP_SIZE);
        return;
    case GST_WIRE_WELCOME:
        GST_CLAIM(link->header.bytes == 0);
        return;
    case GST_WIRE_KINDS:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct gst_meet_link link;
    enum gst_link_state state;
    int ends[2];

    if (size > MOST)
        return 0;
    GST_CLAIM(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    GST_CLAIM(size == 0 || send(ends[1], input, size, MSG_NOSIGNAL) == (ssize_t)size);
    close(ends[1]);
    gst_link_open(&link, ends[0]);
    do {
        gst_link_expect(&link, data, sizeof(data));
        state = gst_link_take(&link);
        if (state == GST_LINK_DONE)
            check_message(&link);
    } while (state == GST_LINK_DONE);
    /* Whatever came, it came to an end. */
    GST_CLAIM(state != GST_LINK_AGAIN);
    gst_link_close(&link);
    return 0;
}
