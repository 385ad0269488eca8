/* SPDX-License-Identifier: Apache-2.0 */
/* Dotted versions; see version.h. Numbers are compared as text, so that none is too long. */
#include "core/version.h"

#include <limits.h>
#include <string.h>

#define DIGITS "0123456789"

/* Steps over one part and its dot; returns its digits without leading zeros. */
static const char *take_part(const char **cursor, size_t *length)
{
    const char *part = *cursor + strspn(*cursor, "0");

    *length = strspn(part, DIGITS);
    *cursor = part + *length;
    if (**cursor == '.')
        (*cursor)++;
    return part;
}

static bool is_at_end(const char *cursor)
{
    return *cursor != '.' && strspn(cursor, DIGITS) == 0;
}

int gst_version_compare(const char *a, const char *b)
{
    while (!is_at_end(a) || !is_at_end(b)) {
        size_t a_length, b_length;
        const char *a_part = take_part(&a, &a_length), *b_part = take_part(&b, &b_length);
        int order;

        if (a_length != b_length)
            return a_length < b_length ? -1 : 1;
        order = strncmp(a_part, b_part, a_length);
        if (order != 0)
            return order;
    }
    return 0;
}

unsigned gst_version_major(const char *version)
{
    unsigned major = 0;

    for (; *version >= '0' && *version <= '9'; version++) {
        unsigned digit = (unsigned)(*version - '0');

        if (major > (UINT_MAX - digit) / 10)
            return UINT_MAX;
        major = major * 10 + digit;
    }
    return major;
}

/* The length of the version that the word begins with; 0 if it begins with none. What follows may
 * be a packager's suffix ("550.163.01-2") or the end of a sentence, not more of a name. */
static size_t version_length(const char *word)
{
    size_t length = strspn(word, DIGITS), parts = 1;

    if (length < 3)
        return 0;
    while (word[length] == '.') {
        size_t digits = strspn(word + length + 1, DIGITS);

        if (digits == 0)
            break;
        length += 1 + digits;
        parts++;
    }
    if (word[length] != '\0' && strchr(" \t\r\n.,;:-~+)]'\"", word[length]) == NULL)
        return 0;
    return parts > 1 ? length : 0;
}

bool gst_version_find(const char *text, char *version, size_t size)
{
    static const char between[] = " \t\r\n,;:=([\"'";

    for (;;) {
        size_t length;

        text += strspn(text, between);
        if (*text == '\0')
            return false;
        length = version_length(text);
        if (length > 0 && length < size) {
            memcpy(version, text, length);
            version[length] = '\0';
            return true;
        }
        text += strcspn(text, between);
    }
}
