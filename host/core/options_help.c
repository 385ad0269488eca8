/* SPDX-License-Identifier: Apache-2.0 */
/* Options as a page for a terminal of 80 columns; see options.h. */
#include <stdio.h>

#include "core/options.h"
#include "core/text_wrap.h"

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
        gst_text_wrap(text, (int)width + GAP, out);
    }
}
