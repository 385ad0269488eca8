/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search: the text is cut down to letters and digits, each of which knows where it came from;
 * a tree of the patterns' first pieces finds all candidates in one pass, so that neither the number
 * of patterns nor a log of many megabytes matters. See message.h.
 */
#include "core/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/message_list.h"
#include "core/utf8.h"

#define LETTERS     36
#define PATTERN_MAX 512
#define PIECES_MAX  6
/* What is read at once, and what of it is read again, since a message may begin at its end. */
#define CHUNK   (1 << 20)
#define OVERLAP (1 << 14)

#define MESSAGE_ROW(finding, pattern, sign, source) { finding, pattern, sign, source },
#define ID_ROW(symbol, id, verdict, action, expected, remedy, origin)                              \
    { symbol, "=" id, "", origin },
static const struct gst_message list[] = { GST_MESSAGES(MESSAGE_ROW) GST_FINDINGS(ID_ROW) };

/* A pattern as it is looked for: letters and digits, pieces parted by gaps. */
struct pattern {
    char plain[PATTERN_MAX];
    size_t weight;
    bool is_open_before, is_open_after;
    const char *exact; /* the very bytes, where the pattern begins with '='; NULL elsewhere */
};

struct node {
    uint32_t next[LETTERS];
    uint32_t row; /* counted from 1: a pattern whose first piece ends here; 0 is none */
};

struct candidate {
    struct pattern pattern;
    size_t causes;
    uint32_t other; /* another row with the same first piece */
    bool is_found;
    /* Up to which letter a piece is known not to come, so that a text which begins one message ten
     * thousand times is not searched anew for its end each time. */
    size_t absent_to[PIECES_MAX];
};

struct plain {
    char *text;
    uint32_t *origin;
    size_t length;
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
    struct plain plain;
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

/* Bytes of a terminal's escape sequence whose introducer ends before `at`. */
static size_t escape_length(const char *at, size_t left)
{
    size_t length = 1;

    if (left == 0)
        return 0;
    if (at[0] == '[') {
        while (length < left && (at[length] < '@' || at[length] > '~') && length < 32)
            length++;
        return length < left ? length + 1 : length;
    }
    if (at[0] == ']') {
        while (length < left && at[length] != '\a' && at[length] != '\033' && length < 256)
            length++;
        return length;
    }
    return 1;
}

/* Bytes at `at`, behind a backslash, that stand for one character: \n, \u003e, \x1b[31m. */
static size_t escaped_length(const char *at, size_t left)
{
    static const struct {
        const char *begin;
        size_t length;
        bool is_escape;
    } forms[] = {
        { "u001b", 5, true }, { "u001B", 5, true }, { "x1b", 3, true }, { "x1B", 3, true },
        { "033", 3, true },   { "e[", 1, true },    { "u", 5, false },  { "x", 3, false },
        { "n", 1, false },    { "r", 1, false },    { "t", 1, false },
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t length = forms[i].length;

        if (left < length || left < strlen(forms[i].begin)
            || memcmp(at, forms[i].begin, strlen(forms[i].begin)) != 0)
            continue;
        if (forms[i].is_escape)
            length += escape_length(at + length, left - length);
        else if (length > 1 && strspn(at + 1, "0123456789abcdefABCDEF") < length - 1)
            continue;
        return length;
    }
    return 0;
}

static int letter(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A' + 10;
    return -1;
}

/* `raw` must end in a zero, wherever else it has zeros. */
static void reduce(const char *raw, size_t length, struct plain *plain)
{
    plain->length = 0;
    for (size_t i = 0; i < length; i++) {
        const int kept = letter(raw[i]);

        if (kept >= 0) {
            plain->text[plain->length] = (char)kept;
            plain->origin[plain->length++] = (uint32_t)i;
        } else if (raw[i] == '\033') {
            i += escape_length(raw + i + 1, length - i - 1);
        } else if (raw[i] == '\\') {
            /* A log in a log escapes the backslashes, too. */
            while (i + 1 < length && raw[i + 1] == '\\')
                i++;
            i += escaped_length(raw + i + 1, length - i - 1);
        }
    }
}

static bool is_gap(char byte)
{
    return byte == '*' || byte == '~';
}

static bool parse_pattern(const char *text, struct pattern *pattern)
{
    size_t length = 0, pieces = 1;
    const size_t last = strlen(text) - 1;

    *pattern = (struct pattern){ .is_open_before = text[0] == '*',
                                 .is_open_after = text[last] == '*',
                                 .exact = text[0] == '=' ? text + 1 : NULL };
    for (size_t i = 0; i <= last; i++) {
        const int kept = letter(text[i]);

        if (length == sizeof(pattern->plain) - 1)
            return false;
        if (kept >= 0) {
            pattern->plain[length++] = (char)kept;
            pattern->weight++;
        } else if (is_gap(text[i]) && i > 0 && i < last) {
            pattern->plain[length++] = text[i];
            pieces++;
        }
    }
    pattern->plain[length] = '\177';
    /* An id was written by us, and nobody says it by accident. */
    if (pattern->exact != NULL)
        pattern->weight += PATTERN_MAX;
    return length > 0 && pieces <= PIECES_MAX + 1;
}

bool gst_message_same_pattern(const char *a, const char *b)
{
    struct pattern left, right;

    return parse_pattern(a, &left) && parse_pattern(b, &right)
           && memcmp(&left.plain, &right.plain, sizeof(left.plain)) == 0;
}

static size_t piece_length(const char *piece)
{
    size_t length = 0;

    while (!is_gap(piece[length]) && piece[length] != '\177')
        length++;
    return length;
}

static bool is_first_of_pattern(const struct gst_message *rows, size_t i)
{
    return i == 0 || strcmp(rows[i].pattern, rows[i - 1].pattern) != 0;
}

static void plant(struct search *search, uint32_t row)
{
    struct candidate *candidate = &search->candidates[row];
    const char *piece = candidate->pattern.plain;
    const size_t length = piece_length(piece);
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
        if (!parse_pattern(search->rows[i].pattern, &candidate->pattern))
            candidate->causes = 0;
        letters += piece_length(candidate->pattern.plain);
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

/* True if the word goes on from letter `i - 1` to letter `i`. */
static bool is_joined(const struct plain *plain, size_t i)
{
    return i > 0 && i < plain->length && plain->origin[i] == plain->origin[i - 1] + 1;
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

/* Looks for a piece between letters `from` and `to`; where it ends, 0 if it does not come. */
static size_t piece_end(const struct plain *plain, const char *piece, size_t length, size_t from,
                        size_t to, size_t *absent_to)
{
    const char *found;

    if (*absent_to >= to)
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

/* Where the pattern that begins at letter `begin` ends; 0 if it does not hold there. */
static size_t pattern_end(const struct plain *plain, struct candidate *candidate, size_t begin)
{
    const struct pattern *pattern = &candidate->pattern;
    const char *piece = pattern->plain;
    size_t length = piece_length(piece);
    size_t at = begin + length;

    if (!pattern->is_open_before && is_joined(plain, begin))
        return 0;
    for (size_t i = 0; is_gap(piece[length]); i++) {
        const bool is_short = piece[length] == '~';
        size_t to;

        piece += length + 1;
        length = piece_length(piece);
        to = at + (is_short ? GST_MESSAGE_SHORT_GAP : GST_MESSAGE_GAP) + length;
        if (to > plain->length)
            to = plain->length;
        at = piece_end(plain, piece, length, at, to, &candidate->absent_to[i]);
        if (at == 0 || (is_short && is_joined(plain, at - length)))
            return 0;
    }
    return pattern->is_open_after || !is_joined(plain, at) ? at : 0;
}

/* Whether words stand within the letters from `begin` to `end`. */
static bool is_within(const struct plain *plain, size_t begin, size_t end, const char *words)
{
    struct pattern pattern;

    return parse_pattern(words, &pattern)
           && memmem(plain->text + begin, end - begin, pattern.plain, pattern.weight) != NULL;
}

/* An engine that could not start the container says 127 where its error holds these words. */
static bool ends_with_127(const struct plain *plain, size_t begin, size_t end)
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

static void drop(struct gst_message_hits *hits, size_t i)
{
    hits->count--;
    memmove(&hits->items[i], &hits->items[i + 1], (hits->count - i) * sizeof(hits->items[0]));
}

static bool is_meant_before(const struct gst_message_hit *a, const struct gst_message_hit *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->row < b->row;
}

/* Of messages that overlap, the one whose pattern says more is meant, or stands first in the list.
 * False if it is not this one, or if there is no room for it. */
static bool make_room(struct gst_message_hits *hits, const struct gst_message_hit *candidate)
{
    size_t least = 0;

    for (size_t i = 0; i < hits->count; i++) {
        const struct gst_message_hit *hit = &hits->items[i];

        if (hit->begin < candidate->end && candidate->begin < hit->end
            && is_meant_before(hit, candidate))
            return false;
    }
    for (size_t i = hits->count; i-- > 0;) {
        if (hits->items[i].begin < candidate->end && candidate->begin < hits->items[i].end)
            drop(hits, i);
    }
    if (hits->count < GST_MESSAGE_HITS)
        return true;
    for (size_t i = 1; i < hits->count; i++) {
        if (is_meant_before(&hits->items[least], &hits->items[i]))
            least = i;
    }
    if (is_meant_before(&hits->items[least], candidate))
        return false;
    drop(hits, least);
    return true;
}

static void note(struct search *search, uint32_t row, size_t begin, size_t end)
{
    struct candidate *candidate = &search->candidates[row];
    const struct plain *plain = &search->plain;
    const size_t first = plain->origin[begin], last = plain->origin[end - 1] + 1;
    struct gst_message_hit hit = {
        .row = &search->rows[row],
        .causes = candidate->causes,
        .weight = candidate->pattern.weight,
        .begin = search->base + first,
        .end = search->base + last,
    };

    candidate->is_found = true;
    if (!make_room(search->hits, &hit))
        return;
    hit.ends_with_127 = ends_with_127(plain, begin, end);
    copy_text(search, first, last, hit.text);
    search->hits->items[search->hits->count++] = hit;
}

static void scan(struct search *search)
{
    const struct plain *plain = &search->plain;

    for (size_t i = 0; i < search->count; i++)
        memset(search->candidates[i].absent_to, 0, sizeof(search->candidates[i].absent_to));
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
                end = pattern_end(plain, candidate, begin);
                if (end > 0)
                    note(search, row - 1, begin, end);
            }
        }
    }
}

static bool is_explained(const struct gst_message_hits *hits, size_t i)
{
    for (size_t other = 0; other < hits->count; other++) {
        if (gst_finding_blocks(hits->items[other].row->finding, hits->items[i].row->finding))
            return true;
    }
    return false;
}

/* Causes before their effects, then by weight, then in the order of the text. */
static void sort(struct gst_message_hits *hits)
{
    struct gst_message_hits sorted = { .count = 0 };

    while (hits->count > 0) {
        size_t best = 0;

        for (size_t i = 1; i < hits->count; i++) {
            const struct gst_message_hit *hit = &hits->items[i], *top = &hits->items[best];
            const bool is_cause = !is_explained(hits, i), is_top_cause = !is_explained(hits, best);

            if (is_cause != is_top_cause     ? is_cause
                : hit->weight != top->weight ? hit->weight > top->weight
                                             : hit->begin < top->begin)
                best = i;
        }
        sorted.items[sorted.count++] = hits->items[best];
        drop(hits, best);
    }
    *hits = sorted;
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
        reduce(search.raw, search.raw_length, &search.plain);
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
        sort(hits);
    return ok;
}
