/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of any origin made fit for a report: library output may hold anything, and fields have a
 * fixed size.
 */
#ifndef GST_CORE_UTF8_H
#define GST_CORE_UTF8_H

#include <stdarg.h>
#include <stddef.h>

/* Bytes of the well-formed character at `text` (1 to 4); 0 at the end and where it is malformed. */
size_t gst_utf8_length(const char *text);

/* Formats into `text`; what does not fit is cut between characters, and ends in "...". */
void gst_utf8_format(char *text, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* Copies `from`, cut as gst_utf8_format does. */
void gst_utf8_copy(char *text, size_t size, const char *from);

/* Copies `from` with each malformed byte replaced by U+FFFD; three times the length always fits. */
void gst_utf8_repair(char *text, size_t size, const char *from);

/* As gst_utf8_repair, and control characters, which could steer a terminal and which XML forbids,
 * become spaces (tab, line ends) or '?'. */
void gst_utf8_printable(char *text, size_t size, const char *from);

/* Characters in `text`, each malformed byte counted as one: the columns of plain western text. */
size_t gst_utf8_columns(const char *text);

#endif
