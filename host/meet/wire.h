/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as bytes: a header of 16, then as many as it says. Numbers have their highest byte
 * first, texts are filled up with zeros. What arrives may come from anybody: it is checked before
 * it is believed, and nothing is allocated by its lengths. Pure.
 */
#ifndef GST_MEET_WIRE_H
#define GST_MEET_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "meet/card.h"

/* Changes with any message but REFUSE, which tells another version why. */
#define GST_WIRE_VERSION 1

#define GST_WIRE_HEADER_SIZE 16
#define GST_WIRE_CARD_SIZE                                                                         \
    (4 + 4 + 6 * 8 + 2 * GST_CARD_VERSION_SIZE + GST_CARD_GPU_SIZE + GST_CARD_HOST_SIZE            \
     + GST_CARD_BOOT_SIZE)
/* Of a reason: the id of a finding, and text. */
#define GST_WIRE_ID_SIZE     48
#define GST_WIRE_REASON_SIZE (GST_WIRE_ID_SIZE + 320)

/* symbol, what follows the header */
enum gst_wire_kind {
    GST_WIRE_HELLO = 1, /* a card: I am here */
    GST_WIRE_SEAT,      /* the hub's card: you are known, others are awaited */
    GST_WIRE_WELCOME,   /* nothing: all are here */
    GST_WIRE_REFUSE,    /* a reason: you cannot take part */
    GST_WIRE_ARRIVE,    /* the name of a step: I am at it */
    GST_WIRE_GO,        /* the name of a step: all are at it */
    GST_WIRE_DATA,      /* the name of a step, and its bytes */
    GST_WIRE_ABORT,     /* a reason: nothing more will come */
    GST_WIRE_KINDS,
};

enum gst_wire_origin {
    GST_WIRE_OURS,
    GST_WIRE_OTHER_VERSION, /* of this suite; what follows cannot be read, but for a refusal */
    GST_WIRE_FOREIGN,
};

struct gst_wire_header {
    enum gst_wire_kind kind;
    uint32_t step; /* how many steps the sender took before */
    uint32_t bytes;
};

void gst_wire_put_header(uint8_t raw[GST_WIRE_HEADER_SIZE], const struct gst_wire_header *header);
enum gst_wire_origin gst_wire_take_header(const uint8_t raw[GST_WIRE_HEADER_SIZE],
                                          struct gst_wire_header *header);

void gst_wire_put_card(uint8_t raw[GST_WIRE_CARD_SIZE], const struct gst_card *card);

/* False if it is no card: a rank or size that cannot be, or text without an end. */
bool gst_wire_take_card(const uint8_t raw[GST_WIRE_CARD_SIZE], struct gst_card *card);

#endif
