/* SPDX-License-Identifier: Apache-2.0 */
/* Three files of a process; see stuck.h and proc(5). */
#include "collective/stuck.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER_SIZE 256

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
static char state_of(const char *proc, pid_t pid)
{
    char line[512];
    const char *end;

    if (!read_line(proc, pid, "stat", line, sizeof(line)))
        return '\0';
    end = strrchr(line, ')');
    return end != NULL && strlen(end) > 2 ? end[2] : '\0';
}

/* The folder and the number of the thread that tells most: one that nothing wakes, as the first of
 * a process may have ended long before; else the process itself. */
static pid_t find_thread(const char *proc, pid_t pid, char *folder, size_t size)
{
    struct dirent *entry;
    pid_t found = 0;
    DIR *tasks;

    snprintf(folder, size, "%s/%d/task", proc, (int)pid);
    tasks = opendir(folder);
    while (tasks != NULL && found == 0 && (entry = readdir(tasks)) != NULL) {
        const pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);

        if (thread > 0 && state_of(folder, thread) == 'D')
            found = thread;
    }
    if (tasks != NULL)
        closedir(tasks);
    if (found != 0)
        return found;
    snprintf(folder, size, "%s", proc);
    return pid;
}

char gst_stuck_state(const char *proc, pid_t pid)
{
    char folder[FOLDER_SIZE];
    const pid_t thread = find_thread(proc, pid, folder, sizeof(folder));

    return state_of(folder, thread);
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
    char folder[FOLDER_SIZE];
    const pid_t thread = find_thread(proc, pid, folder, sizeof(folder));
    const char state = state_of(folder, thread);
    char place[GST_STUCK_SIZE - 32];

    text[0] = '\0';
    if (state == '\0')
        return;
    if (find_place(folder, thread, place, sizeof(place)))
        snprintf(text, size, "state %c, in %s", state, place);
    else
        snprintf(text, size, "state %c, in what may not be read", state);
}
