/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text without what varies from one log to the next: its letters and digits alone, each of which
 * knows where it came from. Blanks, line ends, quotes and their escapes, colours, punctuation and
 * case are gone.
 */
#ifndef GST_CORE_MESSAGE_PLAIN_H
#define GST_CORE_MESSAGE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0 to 9 and a to z as 0 to 35. */
#define GST_PLAIN_LETTERS 36

struct gst_plain {
    char *text;       /* no text: values below GST_PLAIN_LETTERS, without an end */
    uint32_t *origin; /* byte of the raw text */
    size_t length;
};

/* The value of a letter or digit; -1 for any other byte. */
int gst_plain_letter(char byte);

/* Fills `plain`, which has room for `length` letters. */
void gst_plain_reduce(struct gst_plain *plain, const char *raw, size_t length);

/* True if letter `i` goes on with the word of letter `i - 1`. */
bool gst_plain_is_joined(const struct gst_plain *plain, size_t i);

#endif
