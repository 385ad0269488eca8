/* SPDX-License-Identifier: Apache-2.0 */
/* What logs do to a message, undone; see message_plain.h. */
#include "core/message_plain.h"

#include <string.h>

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

int gst_plain_letter(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A' + 10;
    return -1;
}

void gst_plain_reduce(struct gst_plain *plain, const char *raw, size_t length)
{
    plain->length = 0;
    for (size_t i = 0; i < length; i++) {
        const int kept = gst_plain_letter(raw[i]);

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

bool gst_plain_is_joined(const struct gst_plain *plain, size_t i)
{
    return i > 0 && i < plain->length && plain->origin[i] == plain->origin[i - 1] + 1;
}
