/* SPDX-License-Identifier: Apache-2.0 */
/* Text in as many lines as it needs, for a terminal of GST_TEXT_COLUMNS columns. */
#ifndef GST_CORE_TEXT_WRAP_H
#define GST_CORE_TEXT_WRAP_H

#include <stdio.h>

#define GST_TEXT_COLUMNS 80

/* Writes from a column on, where the line is now; lines that follow are indented to it, and the
 * last one is ended. Words are never broken: a longer one stands out. */
void gst_text_wrap(const char *text, int column, FILE *out);

#endif
