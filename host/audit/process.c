/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/status and /proc/self/limits (proc(5)); see process.h. */
#include "audit/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What follows "Key:" and blanks at the beginning of a line, NULL if no line does. */
static const char *field(const char *text, const char *key)
{
    const size_t length = strlen(key);

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0)
            return line + length + strspn(line + length, " \t");
    }
    return NULL;
}

static unsigned number(const char *text)
{
    return text == NULL ? 0 : (unsigned)strtoul(text, NULL, 10);
}

/* "real effective saved filesystem". */
static unsigned effective(const char *text)
{
    return text == NULL ? 0 : number(text + strcspn(text, "\t \n"));
}

static void read_groups(struct gst_process *process, const char *text)
{
    char *end;

    if (text == NULL)
        return;
    /* strtoul would go on in the next line. */
    for (; process->group_count < GST_PROCESS_GROUPS && *text >= '0' && *text <= '9'; text = end) {
        process->groups[process->group_count++] = (unsigned)strtoul(text, &end, 10);
        end += strspn(end, " \t");
    }
}

static void read_limits(struct gst_process *process, const struct gst_view *view)
{
    char text[4096];
    const char *value;

    if (!gst_view_read(view, "/proc/self/limits", text, sizeof(text)))
        return;
    value = field(text, "Max locked memory");
    if (value == NULL)
        return;
    process->has_locked_bytes = true;
    process->locked_bytes =
        strncmp(value, "unlimited", 9) == 0 ? UINT64_MAX : strtoull(value, NULL, 10);
}

void gst_process_read(struct gst_process *process, const struct gst_view *view)
{
    char text[8192];
    const char *value;

    memset(process, 0, sizeof(*process));
    process->seccomp = -1;
    read_limits(process, view);
    if (!gst_view_read(view, "/proc/self/status", text, sizeof(text)))
        return;
    process->is_known = field(text, "Uid:") != NULL;
    process->uid = effective(field(text, "Uid:"));
    process->gid = effective(field(text, "Gid:"));
    read_groups(process, field(text, "Groups:"));
    process->has_no_new_privileges = number(field(text, "NoNewPrivs:")) != 0;
    if (field(text, "Seccomp:") != NULL)
        process->seccomp = (int)number(field(text, "Seccomp:"));
    value = field(text, "Cpus_allowed_list:");
    if (value != NULL)
        snprintf(process->cpus_allowed, sizeof(process->cpus_allowed), "%.*s",
                 (int)strcspn(value, "\n"), value);
}

static bool is_in_group(const struct gst_process *process, unsigned gid)
{
    for (size_t i = 0; i < process->group_count; i++) {
        if (process->groups[i] == gid)
            return true;
    }
    return process->gid == gid;
}

bool gst_process_may_use(const struct gst_process *process, const struct gst_node *node)
{
    unsigned bits = node->mode;

    /* Root of a user namespace has no power over what belongs to nobody in it. */
    if (process->uid == 0 && node->uid != GST_PROCESS_NOBODY)
        return true;
    if (process->uid == node->uid)
        bits >>= 6;
    else if (is_in_group(process, node->gid))
        bits >>= 3;
    return (bits & 06) == 06;
}

void gst_cpus_parse(struct gst_cpus *cpus, const char *list)
{
    char *end;

    memset(cpus, 0, sizeof(*cpus));
    while (*list >= '0' && *list <= '9') {
        const unsigned long first = strtoul(list, &end, 10);
        unsigned long last = first;

        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (unsigned long i = first; i <= last && i < GST_PROCESS_CPUS; i++)
            cpus->bits[i / CHAR_BIT] |= (unsigned char)(1u << (i % CHAR_BIT));
        list = end + (*end == ',');
    }
}

bool gst_cpus_meet(const struct gst_cpus *a, const struct gst_cpus *b)
{
    for (size_t i = 0; i < sizeof(a->bits); i++) {
        if ((a->bits[i] & b->bits[i]) != 0)
            return true;
    }
    return false;
}
