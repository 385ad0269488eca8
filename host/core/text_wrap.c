/* SPDX-License-Identifier: Apache-2.0 */
/* Word by word; see text_wrap.h. */
#include "core/text_wrap.h"

#include <string.h>

void gst_text_wrap(const char *text, int column, FILE *out)
{
    int at = column;

    while (*text != '\0') {
        const int length = (int)strcspn(text, " ");

        if (at > column && at + 1 + length > GST_TEXT_COLUMNS) {
            fprintf(out, "\n%*s", column, "");
            at = column;
        }
        at += fprintf(out, "%s%.*s", at > column ? " " : "", length, text);
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}
