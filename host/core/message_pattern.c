/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces and the gaps between them; see message_pattern.h. */
#include "core/message_pattern.h"

#include <string.h>

#include "core/message.h"

#define END '\177'

static bool is_gap(char byte)
{
    return byte == '*' || byte == '~';
}

bool gst_pattern_parse(struct gst_pattern *pattern, const char *text)
{
    size_t length = 0, gaps = 0, last = strlen(text);

    if (last-- == 0)
        return false;

    *pattern = (struct gst_pattern){ .is_open_before = text[0] == '*',
                                     .is_open_after = text[last] == '*',
                                     .exact = text[0] == '=' ? text + 1 : NULL };
    for (size_t i = 0; i <= last; i++) {
        const int kept = gst_plain_letter(text[i]);

        if (length == sizeof(pattern->plain) - 1)
            return false;
        if (kept >= 0) {
            pattern->plain[length++] = (char)kept;
            pattern->weight++;
        } else if (is_gap(text[i]) && i > 0 && i < last) {
            pattern->plain[length++] = text[i];
            gaps++;
        }
    }
    pattern->plain[length] = END;
    /* An id was written by us, and nobody says it by accident. */
    if (pattern->exact != NULL)
        pattern->weight += GST_PATTERN_MAX;
    return length > 0 && gaps <= GST_PATTERN_GAPS;
}

static size_t piece_length(const char *piece)
{
    size_t length = 0;

    while (!is_gap(piece[length]) && piece[length] != END)
        length++;
    return length;
}

size_t gst_pattern_first(const struct gst_pattern *pattern)
{
    return piece_length(pattern->plain);
}

/* Looks for a piece between letters `from` and `to`; where it ends, 0 if it does not come. */
static size_t piece_end(const struct gst_plain *plain, const char *piece, size_t length,
                        size_t from, size_t to, size_t *absent_to)
{
    const char *found;

    if (to > plain->length)
        to = plain->length;
    if (from >= to || *absent_to >= to)
        return 0;
    if (*absent_to > from + length)
        from = *absent_to - length;
    found = memmem(plain->text + from, to - from, piece, length);
    if (found == NULL) {
        *absent_to = to;
        return 0;
    }
    return (size_t)(found - plain->text) + length;
}

size_t gst_pattern_end(const struct gst_pattern *pattern, const struct gst_plain *plain,
                       size_t begin, struct gst_pattern_memory *memory)
{
    const char *piece = pattern->plain;
    size_t length = piece_length(piece);
    size_t at = begin + length;

    if (!pattern->is_open_before && gst_plain_is_joined(plain, begin))
        return 0;
    for (size_t i = 0; is_gap(piece[length]); i++) {
        const bool is_address = piece[length] == '~';
        const size_t least = is_address ? GST_MESSAGE_PCI_LEAST : 0;
        const size_t most = is_address ? GST_MESSAGE_PCI_MOST : GST_MESSAGE_GAP;

        piece += length + 1;
        length = piece_length(piece);
        at = piece_end(plain, piece, length, at + least, at + most + length, &memory->absent_to[i]);
        if (at == 0 || (is_address && gst_plain_is_joined(plain, at - length)))
            return 0;
    }
    return pattern->is_open_after || !gst_plain_is_joined(plain, at) ? at : 0;
}
