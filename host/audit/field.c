/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the form "Name: value"; see field.h. */
#include "audit/field.h"

#include <stdio.h>
#include <string.h>

#define FILE_BYTES 8192

bool gst_field_find(const char *text, const char *name, char *value, size_t size)
{
    size_t name_length = strlen(name);

    value[0] = '\0';
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        size_t length;

        line += line[0] == '\n';
        if (strncmp(line, name, name_length) != 0 || line[name_length] != ':')
            continue;
        line += name_length + 1;
        line += strspn(line, " \t");
        length = strcspn(line, "\n");
        while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
            length--;
        snprintf(value, size, "%.*s", (int)(length < size ? length : size - 1), line);
        return length > 0;
    }
    return false;
}

bool gst_field_read(const struct gst_view *view, const char *path, const char *name, char *value,
                    size_t size)
{
    char text[FILE_BYTES];

    value[0] = '\0';
    return gst_view_read(view, path, text, sizeof(text)) && gst_field_find(text, name, value, size);
}
