/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error messages that people paste: which of the known ones a text holds. Known ones are rows with
 * a pattern; what varies from one log to the next is left out of both sides before they are held
 * against each other: blanks, line ends, quotes and their escapes, colours, punctuation, case.
 */
#ifndef GST_CORE_MESSAGE_H
#define GST_CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/finding.h"

/*
 * One meaning of one message. In a pattern `*` stands for up to GST_MESSAGE_GAP letters and digits,
 * and `~` for a PCI address; what the pattern begins and ends with must not go on in the text,
 * unless there is a `*`. Rows of the same pattern stand together, the likeliest
 * first: each is a possible cause of the same message. What follows a `=` must stand in the text
 * to the letter.
 */
struct gst_message {
    enum gst_finding_id finding;
    const char *pattern;
    const char *sign;   /* what speaks for this cause where there are several; may be "" */
    const char *source; /* where the message was seen */
};

#define GST_MESSAGE_GAP 400
/* "0000:3b:00" and "0000:3b:00.0" */
#define GST_MESSAGE_PCI_LEAST 8
#define GST_MESSAGE_PCI_MOST  9
#define GST_MESSAGE_TEXT      320
#define GST_MESSAGE_HITS      16

/* A message that the text holds. */
struct gst_message_hit {
    const struct gst_message *row; /* the likeliest cause; others of the pattern follow it */
    size_t causes;                 /* rows of this pattern */
    size_t weight;                 /* letters and digits of the pattern: the more, the surer */
    size_t begin, end;             /* bytes of the text */
    bool ends_with_127;            /* an engine takes its words for "command not found" */
    char text[GST_MESSAGE_TEXT];   /* of the text from there to the end of the line, printable */
};

/* Messages that do not overlap, the one that explains most first. */
struct gst_message_hits {
    struct gst_message_hit items[GST_MESSAGE_HITS];
    size_t count;
};

/* The messages of engines, hooks, kernel and libraries that message_list.h has, and the ids of the
 * catalogue. */
const struct gst_message *gst_message_list(size_t *count);

/* Adds a message, unless one that it overlaps is meant: that whose pattern is longer, or that
 * stands first in the list. Of more than there is room for, those of the longest patterns stay. */
void gst_message_hits_add(struct gst_message_hits *hits, const struct gst_message_hit *hit);

/* Causes before their effects, then by weight, then in the order of the text. */
void gst_message_hits_sort(struct gst_message_hits *hits);

#define GST_MESSAGE_ROWS 2048

/* Rows of several parts of the suite, to be looked for together. */
struct gst_message_book {
    struct gst_message rows[GST_MESSAGE_ROWS];
    char numbers[GST_MESSAGE_ROWS][40]; /* patterns that were put together */
    size_t count, number_count;
};

/* Adds a row; what does not fit is left out, which a test of all parts together would show. */
void gst_message_add(struct gst_message_book *book, struct gst_message row);

/* The pattern "WORDS NUMBER", which lives as long as the book. */
const char *gst_message_number(struct gst_message_book *book, const char *words, int number);

/* Looks for `rows` in all of `in`, however long it is, in little memory. False if it cannot be
 * read or memory is lacking; `hits` is then of no use. */
bool gst_message_search(const struct gst_message *rows, size_t count, FILE *in,
                        struct gst_message_hits *hits);

/* The word of a finding that a message tells of: a note becomes a fault when something failed for
 * its reason, and a message says that it did. */
enum gst_verdict gst_message_word(enum gst_finding_id finding);

/* True if both patterns are the same to the search. */
bool gst_message_same_pattern(const char *a, const char *b);

#endif
