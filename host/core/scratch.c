/* SPDX-License-Identifier: Apache-2.0 */
/* Folders by mkdtemp(); see scratch.h. */
#include "core/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME "gpu-selftest-scratch-XXXXXX"

bool gst_scratch_make(char path[GST_SCRATCH_SIZE])
{
    const char *const places[] = { getenv("TMPDIR"), "/tmp", "/dev/shm" };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i] == NULL || places[i][0] != '/'
            || snprintf(path, GST_SCRATCH_SIZE, "%s/" NAME, places[i]) >= GST_SCRATCH_SIZE)
            continue;
        if (mkdtemp(path) != NULL)
            return true;
    }
    path[0] = '\0';
    return false;
}

void gst_scratch_remove(char path[GST_SCRATCH_SIZE])
{
    DIR *folder = path[0] == '\0' ? NULL : opendir(path);
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL)
        unlinkat(dirfd(folder), entry->d_name, 0); /* "." and ".." refuse */
    if (folder != NULL) {
        closedir(folder);
        rmdir(path);
    }
    path[0] = '\0';
}
