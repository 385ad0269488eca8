/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern of a message, as it is held against a plain text; how patterns are written is in
 * message.h.
 */
#ifndef GST_CORE_MESSAGE_PATTERN_H
#define GST_CORE_MESSAGE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/message_plain.h"

#define GST_PATTERN_MAX  512
#define GST_PATTERN_GAPS 6

struct gst_pattern {
    char plain[GST_PATTERN_MAX]; /* letters as in gst_plain, pieces parted by gaps */
    size_t weight;               /* letters; more than any other for an exact one */
    bool is_open_before, is_open_after;
    const char *exact; /* the very bytes, where the pattern begins with '='; NULL elsewhere */
};

/* What is known of the pieces behind each gap, so that a text which begins one message ten thousand
 * times is not searched for its end each time: up to which letter they do not come. */
struct gst_pattern_memory {
    size_t absent_to[GST_PATTERN_GAPS];
};

/* False if it holds no letter, or more letters or gaps than there is room for. */
bool gst_pattern_parse(struct gst_pattern *pattern, const char *text);

/* Letters before the first gap. */
size_t gst_pattern_first(const struct gst_pattern *pattern);

/* The letter behind the pattern, whose first piece is known to begin at letter `begin`; 0 if the
 * rest does not hold there. To be asked from the beginning of the text to its end. */
size_t gst_pattern_end(const struct gst_pattern *pattern, const struct gst_plain *plain,
                       size_t begin, struct gst_pattern_memory *memory);

#endif
