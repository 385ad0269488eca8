/* SPDX-License-Identifier: Apache-2.0 */
/* Structs to bytes and back; see wire.h. */
#include "meet/wire.h"

#include <string.h>

static const uint8_t magic[4] = { 'g', 's', 't', 'm' };

static void put_number(uint8_t **at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        *(*at)++ = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint64_t take_number(const uint8_t **at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | *(*at)++;
    return value;
}

static void put_text(uint8_t **at, const char *text, size_t size)
{
    size_t length = strnlen(text, size - 1);

    memset(*at, 0, size);
    memcpy(*at, text, length);
    *at += size;
}

/* It ends up in reports: nothing that could steer a terminal may be in it. */
static bool take_text(const uint8_t **at, char *text, size_t size)
{
    char raw[GST_WIRE_CARD_SIZE];
    bool ends = memchr(*at, '\0', size) != NULL;

    memcpy(raw, *at, size);
    *at += size;
    if (!ends)
        return false;
    for (const char *c = raw; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~')
            return false;
    }
    memset(text, 0, size);
    memcpy(text, raw, strlen(raw));
    return true;
}

void gst_wire_put_header(uint8_t raw[GST_WIRE_HEADER_SIZE], const struct gst_wire_header *header)
{
    uint8_t *at = raw + sizeof(magic);

    memcpy(raw, magic, sizeof(magic));
    put_number(&at, GST_WIRE_VERSION, 2);
    put_number(&at, (uint64_t)header->kind, 2);
    put_number(&at, header->step, 4);
    put_number(&at, header->bytes, 4);
}

enum gst_wire_origin gst_wire_take_header(const uint8_t raw[GST_WIRE_HEADER_SIZE],
                                          struct gst_wire_header *header)
{
    const uint8_t *at = raw + sizeof(magic);
    uint64_t version, kind;

    if (memcmp(raw, magic, sizeof(magic)) != 0)
        return GST_WIRE_FOREIGN;
    version = take_number(&at, 2);
    kind = take_number(&at, 2);
    header->step = (uint32_t)take_number(&at, 4);
    header->bytes = (uint32_t)take_number(&at, 4);
    header->kind = kind < GST_WIRE_KINDS ? (enum gst_wire_kind)kind : GST_WIRE_KINDS;
    if (version != GST_WIRE_VERSION)
        return GST_WIRE_OTHER_VERSION;
    return kind == 0 || kind >= GST_WIRE_KINDS ? GST_WIRE_FOREIGN : GST_WIRE_OURS;
}

/* One list for both ways: numbers with their bytes, and texts. */
#define CARD(N, T)                                                                                 \
    N(job, 8)                                                                                      \
    N(plan, 8)                                                                                     \
    N(ipc_namespace, 8)                                                                            \
    N(net_namespace, 8)                                                                            \
    N(pid_namespace, 8)                                                                            \
    N(shm_device, 8)                                                                               \
    T(version)                                                                                     \
    T(nccl)                                                                                        \
    T(gpu)                                                                                         \
    T(host)                                                                                        \
    T(boot_id)

void gst_wire_put_card(uint8_t raw[GST_WIRE_CARD_SIZE], const struct gst_card *card)
{
    uint8_t *at = raw;

#define NUMBER(field, bytes) put_number(&at, card->field, bytes);
#define TEXT(field)          put_text(&at, card->field, sizeof(card->field));
    put_number(&at, (uint32_t)card->rank, 4);
    put_number(&at, (uint32_t)card->size, 4);
    CARD(NUMBER, TEXT)
#undef TEXT
#undef NUMBER
}

bool gst_wire_take_card(const uint8_t raw[GST_WIRE_CARD_SIZE], struct gst_card *card)
{
    struct gst_card read = { .rank = 0 };
    const uint8_t *at = raw;
    bool is_sound = true;

    read.rank = (int)(int32_t)(uint32_t)take_number(&at, 4);
    read.size = (int)(int32_t)(uint32_t)take_number(&at, 4);
#define NUMBER(field, bytes) read.field = take_number(&at, bytes);
#define TEXT(field)          is_sound = take_text(&at, read.field, sizeof(read.field)) && is_sound;
    CARD(NUMBER, TEXT)
#undef TEXT
#undef NUMBER
    /* A hub that is no rank says -1. */
    if (!is_sound || read.rank < -1 || read.size < 1)
        return false;
    *card = read;
    return true;
}
