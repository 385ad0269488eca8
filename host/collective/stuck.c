/* SPDX-License-Identifier: Apache-2.0 */
/* Three files of a process; see stuck.h and proc(5). */
#include "collective/stuck.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The first line of a file of the process; false, and `line` empty, if there is none. */
static bool read_line(const char *proc, pid_t pid, const char *name, char *line, int size)
{
    char path[512];
    FILE *file;
    bool ok;

    snprintf(path, sizeof(path), "%s/%d/%s", proc, (int)pid, name);
    line[0] = '\0';
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    ok = fgets(line, size, file) != NULL;
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return ok && line[0] != '\0';
}

/* 'D', as the field after the name, which may hold anything. */
char gst_stuck_state(const char *proc, pid_t pid)
{
    char line[512];
    const char *end;

    if (!read_line(proc, pid, "stat", line, sizeof(line)))
        return '\0';
    end = strrchr(line, ')');
    return end != NULL && strlen(end) > 2 ? end[2] : '\0';
}

/* "[<0>] nv_lock_rmapi+0x1f/0x80 [nvidia]" without the address, which the kernel hides anyway. What
 * waits nowhere is "0" in wchan. */
static bool find_place(const char *proc, pid_t pid, char *place, int size)
{
    char line[128];
    const char *name;

    if (read_line(proc, pid, "stack", line, sizeof(line))) {
        name = strstr(line, "] ");
        snprintf(place, (size_t)size, "%s", name != NULL ? name + 2 : line);
        return true;
    }
    return read_line(proc, pid, "wchan", place, size) && strcmp(place, "0") != 0;
}

void gst_stuck_where(const char *proc, pid_t pid, char *text, size_t size)
{
    const char state = gst_stuck_state(proc, pid);
    char place[GST_STUCK_SIZE - 32];

    text[0] = '\0';
    if (state == '\0')
        return;
    if (find_place(proc, pid, place, sizeof(place)))
        snprintf(text, size, "state %c, in %s", state, place);
    else
        snprintf(text, size, "state %c, in what may not be read", state);
}
