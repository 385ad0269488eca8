/* SPDX-License-Identifier: Apache-2.0 */
/* Repair and cutting of UTF-8; see utf8.h. The ranges are those of the Unicode Standard, table 3-7:
 * no overlong form, no surrogate, nothing above U+10FFFF. */
#include "core/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_within(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

size_t gst_utf8_length(const char *text)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t length;
    } rows[] = {
        { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
        { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 },
        { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
    };
    const unsigned char *byte = (const unsigned char *)text;

    if (byte[0] == 0)
        return 0;
    if (byte[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!is_within(byte[0], rows[i].first_low, rows[i].first_high))
            continue;
        if (!is_within(byte[1], rows[i].second_low, rows[i].second_high))
            return 0;
        for (size_t k = 2; k < rows[i].length; k++) {
            if (!is_within(byte[k], 0x80, 0xBF))
                return 0;
        }
        return rows[i].length;
    }
    return 0;
}

/* Marks text that was longer than its field: the last whole character that leaves room. */
static void end_in_dots(char *text, size_t size)
{
    static const char dots[] = "...";
    size_t room, at = 0;

    if (size < sizeof dots)
        return;
    room = size - sizeof dots;
    while (at < room) {
        size_t length = gst_utf8_length(text + at);

        if (length == 0)
            length = 1;
        if (at + length > room)
            break;
        at += length;
    }
    memcpy(text + at, dots, sizeof dots);
}

void gst_utf8_format(char *text, size_t size, const char *format, va_list arguments)
{
    int length = vsnprintf(text, size, format, arguments);

    if (length < 0)
        text[0] = '\0';
    else if ((size_t)length >= size)
        end_in_dots(text, size);
}

void gst_utf8_copy(char *text, size_t size, const char *from)
{
    size_t length = strnlen(from, size);

    if (length < size) {
        memmove(text, from, length);
        text[length] = '\0';
        return;
    }
    memmove(text, from, size - 1);
    text[size - 1] = '\0';
    end_in_dots(text, size);
}

void gst_utf8_repair(char *text, size_t size, const char *from)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t at = 0;

    while (*from != '\0') {
        size_t length = gst_utf8_length(from);
        const char *source = length == 0 ? replacement : from;
        size_t bytes = length == 0 ? sizeof replacement - 1 : length;

        if (at + bytes >= size)
            break;
        memcpy(text + at, source, bytes);
        at += bytes;
        from += length == 0 ? 1 : length;
    }
    text[at] = '\0';
}

/* C0, DEL, the two-byte C1, and the two noncharacters that XML forbids. */
static bool is_control(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;

    if (length == 1)
        return byte[0] < 0x20 || byte[0] == 0x7F;
    if (length == 2)
        return byte[0] == 0xC2 && byte[1] < 0xA0;
    return length == 3 && byte[0] == 0xEF && byte[1] == 0xBF && byte[2] >= 0xBE;
}

void gst_utf8_printable(char *text, size_t size, const char *from)
{
    char *to = text;

    gst_utf8_repair(text, size, from);
    for (const char *at = text; *at != '\0';) {
        size_t length = gst_utf8_length(at);

        if (!is_control(at, length)) {
            memmove(to, at, length);
            to += length;
        } else {
            *to++ = *at == '\n' || *at == '\t' || *at == '\r' ? ' ' : '?';
        }
        at += length;
    }
    *to = '\0';
}

size_t gst_utf8_columns(const char *text)
{
    size_t columns = 0;

    while (*text != '\0') {
        size_t length = gst_utf8_length(text);

        text += length == 0 ? 1 : length;
        columns++;
    }
    return columns;
}
