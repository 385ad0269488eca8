/* SPDX-License-Identifier: Apache-2.0 */
/* Options as a page for a terminal of 80 columns; see options.h. */
#include <stdio.h>
#include <string.h>

#include "core/options.h"

#define COLUMNS 80
/* What is longer stands on a line of its own: one long word moves no other. */
#define LABEL_MOST 26
#define GAP        2

static size_t write_label(const struct gst_option *option, char *text, size_t size)
{
    char letter[8] = "    ";

    if (option->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    return (size_t)snprintf(text, size, "  %s--%s%s%s", letter, option->name,
                            option->value == NULL ? "" : " ",
                            option->value == NULL ? "" : option->value);
}

/* How much of the text stands on the next line: up to the last blank that leaves it short enough,
 * or a word that is too long. */
static size_t line_of(const char *text, size_t room)
{
    const size_t length = strlen(text);
    size_t end = 0;

    if (length <= room)
        return length;
    for (size_t i = 0; i < length && (i <= room || end == 0); i++) {
        if (text[i] == ' ')
            end = i;
    }
    return end == 0 ? length : end;
}

/* From a column on, where the first line already is. */
static void write_wrapped(const char *text, size_t column, FILE *out)
{
    for (size_t length = line_of(text, COLUMNS - column); length > 0;
         length = line_of(text, COLUMNS - column)) {
        fprintf(out, "%.*s\n", (int)length, text);
        text += length;
        while (*text == ' ')
            text++;
        if (*text != '\0')
            fprintf(out, "%*s", (int)column, "");
    }
}

void gst_options_help(const struct gst_option *options, size_t count, FILE *out)
{
    char label[160], text[240];
    size_t width = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t length = write_label(&options[i], label, sizeof label);

        width = length > width && length <= LABEL_MOST ? length : width;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t length = write_label(&options[i], label, sizeof label);

        if (options[i].fallback != NULL)
            snprintf(text, sizeof text, "%s (default: %s)", options[i].help, options[i].fallback);
        else
            snprintf(text, sizeof text, "%s", options[i].help);
        if (length > width)
            fprintf(out, "%s\n%*s", label, (int)width + GAP, "");
        else
            fprintf(out, "%-*s", (int)width + GAP, label);
        write_wrapped(text, width + GAP, out);
    }
}
