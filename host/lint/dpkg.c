/* SPDX-License-Identifier: Apache-2.0 */
/* Paragraphs of dpkg's status file; see dpkg.h and deb822(5). */
#include "lint/dpkg.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void gst_dpkg_begin(struct gst_dpkg *dpkg,
                    void (*found)(void *data, const char *package, const char *version), void *data)
{
    *dpkg = (struct gst_dpkg){ .found = found, .data = data };
}

static void end_paragraph(struct gst_dpkg *dpkg)
{
    if (dpkg->package[0] != '\0' && !dpkg->is_absent)
        dpkg->found(dpkg->data, dpkg->package, dpkg->version);
    dpkg->package[0] = dpkg->version[0] = '\0';
    dpkg->is_absent = false;
}

/* What follows "Field:" in the line, NULL if it is about something else. */
static const char *value_of(const char *line, const char *field)
{
    size_t length = strlen(field);

    if (strncasecmp(line, field, length) != 0 || line[length] != ':')
        return NULL;
    line += length + 1;
    return line + strspn(line, " \t");
}

/* "install ok installed": the last word is the state. */
static bool says_absent(const char *status)
{
    const char *state = strrchr(status, ' ');

    state = state == NULL ? status : state + 1;
    return strcmp(state, "config-files") == 0 || strcmp(state, "not-installed") == 0;
}

static void end_line(struct gst_dpkg *dpkg)
{
    char *line = dpkg->line;
    const char *value;

    while (dpkg->length > 0 && strchr(" \t\r", line[dpkg->length - 1]) != NULL)
        dpkg->length--;
    line[dpkg->length] = '\0';
    dpkg->length = 0;
    if (line[0] == '\0')
        end_paragraph(dpkg);
    else if ((value = value_of(line, "Package")) != NULL)
        snprintf(dpkg->package, sizeof dpkg->package, "%s", value);
    else if ((value = value_of(line, "Version")) != NULL)
        snprintf(dpkg->version, sizeof dpkg->version, "%s", value);
    else if ((value = value_of(line, "Status")) != NULL)
        dpkg->is_absent = says_absent(value);
}

void gst_dpkg_feed(struct gst_dpkg *dpkg, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        /* A zero byte would end the line for us and not for dpkg. */
        char byte = bytes[i] == '\0' ? '?' : bytes[i];

        if (byte == '\n')
            end_line(dpkg);
        else if (dpkg->length + 1 < sizeof dpkg->line)
            dpkg->line[dpkg->length++] = byte;
    }
}

void gst_dpkg_end(struct gst_dpkg *dpkg)
{
    if (dpkg->length > 0)
        end_line(dpkg);
    end_paragraph(dpkg);
}
