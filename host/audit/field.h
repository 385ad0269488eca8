/* SPDX-License-Identifier: Apache-2.0 */
/* "Name: value" lines, the form of /proc/self/status and of the driver's files in /proc. */
#ifndef GST_AUDIT_FIELD_H
#define GST_AUDIT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/view.h"

/* Copies what follows "<name>:" on the first line that begins with it, without the blanks around
 * it. False, and value empty, if there is no such line or nothing after it. */
bool gst_field_find(const char *text, const char *name, char *value, size_t size);

/* The same from a file. */
bool gst_field_read(const struct gst_view *view, const char *path, const char *name, char *value,
                    size_t size);

#endif
