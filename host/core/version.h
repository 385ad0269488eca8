/* SPDX-License-Identifier: Apache-2.0 */
/* Dotted versions, "550.54.14": found in text and compared part by part. */
#ifndef GST_CORE_VERSION_H
#define GST_CORE_VERSION_H

#include <stdbool.h>
#include <stddef.h>

/* Compares numerically, part by part; a part that is missing counts as 0. Below, at or above zero.
 * Stops at the first character that is neither digit nor dot. */
int gst_version_compare(const char *a, const char *b);

/* The first number before a dot: 550. 0 if there is none. */
unsigned gst_version_major(const char *version);

/* Copies the first word of `text` that is a driver's version (three digits or more, a dot, a
 * number). False if there is none. */
bool gst_version_find(const char *text, char *version, size_t size);

#endif
