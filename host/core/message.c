/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search: a tree of the patterns' first pieces finds all candidates in one pass over the plain
 * text, so that neither the number of patterns nor a log of many megabytes matters. See message.h.
 */
#include "core/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/message_list.h"
#include "core/message_pattern.h"
#include "core/message_plain.h"
#include "core/utf8.h"

/* What is read at once, and what of it is read again, since a message may begin at its end. */
#define CHUNK   (1 << 20)
#define OVERLAP (1 << 14)

#define MESSAGE_ROW(finding, pattern, sign, source) { finding, pattern, sign, source },
#define ID_ROW(symbol, id, verdict, action, expected, remedy, origin)                              \
    { symbol, "=" id, "", origin },
static const struct gst_message list[] = { GST_MESSAGES(MESSAGE_ROW) GST_FINDINGS(ID_ROW) };

struct node {
    uint32_t next[GST_PLAIN_LETTERS];
    uint32_t row; /* counted from 1: a pattern whose first piece ends here; 0 is none */
};

struct candidate {
    struct gst_pattern pattern;
    struct gst_pattern_memory memory;
    size_t causes;
    uint32_t other; /* another row with the same first piece */
    bool is_found;
};

struct search {
    const struct gst_message *rows;
    size_t count;
    struct candidate *candidates;
    struct node *nodes;
    size_t node_count;
    char *raw;
    size_t raw_length;
    size_t base; /* of raw[0] in the whole text */
    struct gst_plain plain;
    struct gst_message_hits *hits;
};

const struct gst_message *gst_message_list(size_t *count)
{
    *count = sizeof(list) / sizeof(list[0]);
    return list;
}

void gst_message_add(struct gst_message_book *book, struct gst_message row)
{
    if (book->count < GST_MESSAGE_ROWS)
        book->rows[book->count++] = row;
}

const char *gst_message_number(struct gst_message_book *book, const char *words, int number)
{
    char *pattern;

    if (book->number_count == GST_MESSAGE_ROWS)
        return words;
    pattern = book->numbers[book->number_count++];
    snprintf(pattern, sizeof(book->numbers[0]), "%s %d", words, number);
    return pattern;
}

bool gst_message_same_pattern(const char *a, const char *b)
{
    struct gst_pattern left, right;

    return gst_pattern_parse(&left, a) && gst_pattern_parse(&right, b)
           && memcmp(&left.plain, &right.plain, sizeof(left.plain)) == 0;
}

static bool is_first_of_pattern(const struct gst_message *rows, size_t i)
{
    return i == 0 || strcmp(rows[i].pattern, rows[i - 1].pattern) != 0;
}

static void plant(struct search *search, uint32_t row)
{
    struct candidate *candidate = &search->candidates[row];
    const char *piece = candidate->pattern.plain;
    const size_t length = gst_pattern_first(&candidate->pattern);
    uint32_t node = 0;

    for (size_t i = 0; i < length; i++) {
        uint32_t *next = &search->nodes[node].next[(unsigned char)piece[i]];

        if (*next == 0)
            *next = (uint32_t)search->node_count++;
        node = *next;
    }
    candidate->other = search->nodes[node].row;
    search->nodes[node].row = row + 1;
}

static bool prepare(struct search *search)
{
    size_t letters = 1;

    search->raw = malloc(CHUNK + OVERLAP + 1);
    search->plain.text = malloc(CHUNK + OVERLAP);
    search->plain.origin = malloc((CHUNK + OVERLAP) * sizeof(*search->plain.origin));
    search->candidates = calloc(search->count + 1, sizeof(*search->candidates));
    if (search->raw == NULL || search->plain.text == NULL || search->plain.origin == NULL
        || search->candidates == NULL)
        return false;
    for (size_t i = 0; i < search->count; i++) {
        struct candidate *candidate = &search->candidates[i];

        if (!is_first_of_pattern(search->rows, i))
            continue;
        candidate->causes = 1;
        while (i + candidate->causes < search->count
               && !is_first_of_pattern(search->rows, i + candidate->causes))
            candidate->causes++;
        if (!gst_pattern_parse(&candidate->pattern, search->rows[i].pattern))
            candidate->causes = 0;
        else
            letters += gst_pattern_first(&candidate->pattern);
    }
    search->nodes = calloc(letters, sizeof(*search->nodes));
    if (search->nodes == NULL)
        return false;
    search->node_count = 1;
    /* Backwards: of rows with the same first piece the last planted is tried first. */
    for (size_t i = search->count; i-- > 0;) {
        if (search->candidates[i].causes > 0)
            plant(search, (uint32_t)i);
    }
    return true;
}

static void forget(struct search *search)
{
    free(search->nodes);
    free(search->candidates);
    free(search->plain.origin);
    free(search->plain.text);
    free(search->raw);
}

/* True if the raw text has these bytes, as a word of its own. */
static bool is_exact(const struct search *search, size_t begin, const char *word)
{
    static const char parts[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *from = search->raw + search->plain.origin[begin];
    const size_t length = strlen(word);

    return (size_t)(search->raw + search->raw_length - from) >= length
           && memcmp(from, word, length) == 0
           && (from[length] == '\0' || strchr(parts, from[length]) == NULL)
           && (from == search->raw || strchr(parts, from[-1]) == NULL || from[-1] == '\0');
}

/* Whether words stand within the letters from `begin` to `end`. */
static bool is_within(const struct gst_plain *plain, size_t begin, size_t end, const char *words)
{
    struct gst_pattern pattern;

    return gst_pattern_parse(&pattern, words)
           && memmem(plain->text + begin, end - begin, pattern.plain, pattern.weight) != NULL;
}

/* An engine that could not start the container says 127 where its error holds these words. */
static bool ends_with_127(const struct gst_plain *plain, size_t begin, size_t end)
{
    const size_t before = begin > 1000 ? begin - 1000 : 0;
    const size_t after =
        plain->length - end > GST_MESSAGE_GAP ? end + GST_MESSAGE_GAP : plain->length;

    return is_within(plain, begin, after, "no such file or directory")
           && (is_within(plain, before, after, "OCI runtime")
               || is_within(plain, before, begin, "Error response from daemon"));
}

static void copy_text(const struct search *search, size_t begin, size_t end, char *text)
{
    char raw[GST_MESSAGE_TEXT], repaired[3 * GST_MESSAGE_TEXT];
    const char *from = search->raw + begin;
    const char *stop = search->raw + end;
    size_t length;

    /* To the end of the line that the message ends in. */
    while (stop < search->raw + search->raw_length && *stop != '\n' && *stop != '\r')
        stop++;
    length = (size_t)(stop - from);
    if (length > sizeof(raw) - 1)
        length = sizeof(raw) - 1;
    for (size_t i = 0; i < length; i++)
        raw[i] = from[i] == '\0' ? '?' : from[i];
    raw[length] = '\0';
    gst_utf8_printable(repaired, sizeof(repaired), raw);
    gst_utf8_copy(text, GST_MESSAGE_TEXT, repaired);
}

static void note(struct search *search, uint32_t row, size_t begin, size_t end)
{
    struct candidate *candidate = &search->candidates[row];
    const struct gst_plain *plain = &search->plain;
    const size_t first = plain->origin[begin], last = plain->origin[end - 1] + 1;
    struct gst_message_hit hit = {
        .row = &search->rows[row],
        .causes = candidate->causes,
        .weight = candidate->pattern.weight,
        .begin = search->base + first,
        .end = search->base + last,
    };

    candidate->is_found = true;
    hit.ends_with_127 = ends_with_127(plain, begin, end);
    copy_text(search, first, last, hit.text);
    gst_message_hits_add(search->hits, &hit);
}

static void scan(struct search *search)
{
    const struct gst_plain *plain = &search->plain;

    for (size_t i = 0; i < search->count; i++)
        search->candidates[i].memory = (struct gst_pattern_memory){ { 0 } };
    for (size_t begin = 0; begin < plain->length; begin++) {
        uint32_t node = 0;

        for (size_t at = begin; at < plain->length; at++) {
            node = search->nodes[node].next[(unsigned char)plain->text[at]];
            if (node == 0)
                break;
            for (uint32_t row = search->nodes[node].row; row != 0;
                 row = search->candidates[row - 1].other) {
                struct candidate *candidate = &search->candidates[row - 1];
                size_t end;

                if (candidate->is_found
                    || (candidate->pattern.exact != NULL
                        && !is_exact(search, begin, candidate->pattern.exact)))
                    continue;
                end = gst_pattern_end(&candidate->pattern, plain, begin, &candidate->memory);
                if (end > 0)
                    note(search, row - 1, begin, end);
            }
        }
    }
}

bool gst_message_search(const struct gst_message *rows, size_t count, FILE *in,
                        struct gst_message_hits *hits)
{
    struct search search = { .rows = rows, .count = count, .hits = hits };
    bool ok = prepare(&search);
    size_t kept = 0;

    hits->count = 0;
    while (ok) {
        const size_t got = fread(search.raw + kept, 1, CHUNK + OVERLAP - kept, in);

        if (got == 0)
            break;
        search.raw_length = kept + got;
        search.raw[search.raw_length] = '\0';
        gst_plain_reduce(&search.plain, search.raw, search.raw_length);
        scan(&search);
        if (search.raw_length < CHUNK + OVERLAP)
            break;
        kept = OVERLAP;
        search.base += search.raw_length - kept;
        memmove(search.raw, search.raw + search.raw_length - kept, kept);
    }
    ok = ok && !ferror(in);
    forget(&search);
    if (ok)
        gst_message_hits_sort(hits);
    return ok;
}
