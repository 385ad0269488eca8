/* SPDX-License-Identifier: Apache-2.0 */
/* See remnants.h. */
#include "collective/remnants.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collective/stuck.h"

/* NCCL 2.28.9, src/misc/shmutils.cc: "/dev/shm/nccl-XXXXXX". */
#define PREFIX "nccl-"

static void add(struct gst_remnants *remnants, const char *name, size_t length)
{
    if (remnants->count == GST_REMNANTS || length >= sizeof(remnants->names[0]))
        return;
    for (size_t i = 0; i < remnants->count; i++) {
        if (strncmp(remnants->names[i], name, length) == 0 && remnants->names[i][length] == '\0')
            return;
    }
    memcpy(remnants->names[remnants->count], name, length);
    remnants->names[remnants->count++][length] = '\0';
}

/* "7f..-7f.. rw-s 00000000 00:17 5    /dev/shm/nccl-Ab12Cd": a file of the folder itself. */
static void add_of_line(struct gst_remnants *remnants, const char *folder, const char *line)
{
    const char *path = strchr(line, '/');
    const size_t length = strlen(folder);

    if (path == NULL || strncmp(path, folder, length) != 0
        || strncmp(path + length, "/" PREFIX, strlen("/" PREFIX)) != 0)
        return;
    path += length + 1;
    if (path[strcspn(path, "/ \n")] == '\n')
        add(remnants, path, strcspn(path, "\n"));
}

void gst_remnants_note(struct gst_remnants *remnants, const char *folder, pid_t pid)
{
    char path[64], *line = NULL;
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    if (gst_stuck_state("/proc", pid) == 'D')
        return;
    file = fopen(path, "re");
    if (file == NULL)
        return;
    while (getline(&line, &size, file) > 0)
        add_of_line(remnants, folder, line);
    free(line);
    fclose(file);
}

size_t gst_remnants_remove(struct gst_remnants *remnants, const char *folder)
{
    char path[PATH_MAX];
    struct stat info;
    size_t removed = 0;

    for (size_t i = 0; i < remnants->count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, remnants->names[i]);
        removed += lstat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid()
                   && unlink(path) == 0;
    }
    remnants->count = 0;
    return removed;
}
