/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection that carries messages: what has come of the next one and what has gone of the
 * last, so that neither a slow peer nor a hostile one makes anybody wait.
 */
#ifndef GST_MEET_LINK_H
#define GST_MEET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/finding.h"
#include "core/status.h"
#include "meet/wire.h"

/* A card or a reason: all that a message holds beside a step's data. */
#define GST_LINK_SMALL_SIZE GST_WIRE_REASON_SIZE

enum gst_link_state {
    GST_LINK_AGAIN, /* not yet, when the socket is ready again */
    GST_LINK_DONE,
    GST_LINK_GONE,          /* the other side has closed, or the network failed */
    GST_LINK_OTHER_VERSION, /* of this suite */
    GST_LINK_FOREIGN,       /* somebody else's protocol */
};

struct gst_meet_link {
    int fd;       /* non-blocking; -1: none */
    bool is_done; /* with the step that is under way */
    bool is_missing;
    struct gst_wire_header header; /* of the message that came last */
    uint8_t small[GST_LINK_SMALL_SIZE];
    uint8_t head[GST_WIRE_HEADER_SIZE];
    uint64_t taken; /* bytes of the message that is coming, header included */
    uint8_t *data;  /* where a step's data go */
    size_t data_bytes;
    uint8_t out[GST_WIRE_HEADER_SIZE + GST_LINK_SMALL_SIZE];
    size_t out_bytes;
    const uint8_t *out_data;
    size_t out_data_bytes;
    uint64_t given; /* bytes of the message that is going */
};

/* Over a connected socket, which it makes non-blocking and owns. */
void gst_link_open(struct gst_meet_link *link, int fd);
void gst_link_close(struct gst_meet_link *link);

/* Gets ready for a message; the data of a step go to `data`. */
void gst_link_expect(struct gst_meet_link *link, void *data, size_t bytes);

/* Takes what has come. When done, `header` and `small` hold the message, and data of the expected
 * size are in place; data of another size are left unread. */
enum gst_link_state gst_link_take(struct gst_meet_link *link);

/* Gets a message ready to go; `small` is copied, `data` has to stay. */
void gst_link_prepare(struct gst_meet_link *link, enum gst_wire_kind kind, uint32_t step,
                      const void *small, size_t small_bytes, const void *data, size_t data_bytes);

/* Gives what the socket takes. */
enum gst_link_state gst_link_give(struct gst_meet_link *link);

/* A reason as the small part of a message, and back. */
void gst_link_put_reason(uint8_t small[GST_LINK_SMALL_SIZE], enum gst_finding_id finding,
                         const char *cause);
enum gst_finding_id gst_link_take_reason(const uint8_t small[GST_LINK_SMALL_SIZE],
                                         char cause[GST_CAUSE_SIZE]);

/* Says why and closes, without waiting: a message that is half gone cannot be followed by it. */
void gst_link_dismiss(struct gst_meet_link *link, enum gst_wire_kind kind,
                      enum gst_finding_id finding, const char *cause);

#endif
