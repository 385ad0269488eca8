/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/status and /proc/self/limits (proc(5)); see process.h. */
#include "audit/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "core/units.h"

/* Real, effective, saved, of the file system. */
static unsigned read_effective(const char *text, const char *name)
{
    char value[64];
    unsigned effective = 0;

    if (gst_field_find(text, name, value, sizeof(value)))
        sscanf(value, "%*u %u", &effective);
    return effective;
}

static void read_groups(struct gst_process *process, const char *text)
{
    char list[GST_PROCESS_GROUPS * 11], *end = list;

    gst_field_find(text, "Groups", list, sizeof(list));
    for (char *at = list; process->group_count < GST_PROCESS_GROUPS; at = end) {
        const unsigned long group = strtoul(at, &end, 10);

        if (end == at)
            break;
        process->groups[process->group_count++] = (unsigned)group;
    }
}

/* A table without colons: name, soft limit, hard limit, unit. */
static void read_limits(struct gst_process *process, const struct gst_view *view)
{
    static const char name[] = "Max locked memory";
    char text[4096], value[32];
    const char *row;

    gst_view_read(view, "/proc/self/limits", text, sizeof(text));
    row = strstr(text, name);
    if (row == NULL || sscanf(row + sizeof(name) - 1, "%31s", value) != 1)
        return;
    process->has_locked_bytes =
        strcmp(value, "unlimited") == 0 || gst_parse_unsigned(value, &process->locked_bytes);
    if (strcmp(value, "unlimited") == 0)
        process->locked_bytes = UINT64_MAX;
}

void gst_process_read(struct gst_process *process, const struct gst_view *view)
{
    char text[8192], value[16];

    memset(process, 0, sizeof(*process));
    process->seccomp = -1;
    read_limits(process, view);
    if (!gst_view_read(view, "/proc/self/status", text, sizeof(text)))
        return;
    process->is_known = gst_field_find(text, "Uid", value, sizeof(value));
    process->uid = read_effective(text, "Uid");
    process->gid = read_effective(text, "Gid");
    read_groups(process, text);
    process->has_no_new_privileges =
        gst_field_find(text, "NoNewPrivs", value, sizeof(value)) && strcmp(value, "1") == 0;
    if (gst_field_find(text, "Seccomp", value, sizeof(value)))
        process->seccomp = atoi(value);
    gst_field_find(text, "Cpus_allowed_list", process->cpus_allowed, sizeof(process->cpus_allowed));
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
