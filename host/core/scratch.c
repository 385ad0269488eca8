/* SPDX-License-Identifier: Apache-2.0 */
/* Folders by mkdtemp(); see scratch.h. */
#include "core/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "gpu-selftest-scratch-"
#define NAME   PREFIX "XXXXXX"

/* A folder has its lock a moment after it is made: until it is so old, none may be missing. */
#define YOUNG_S 60

/* Whoever uses a folder holds a lock on it, which ends with the process however that ends, and
 * which other containers see that share the place. */
static int lock_fd = -1;

static void hold(const char *path)
{
    lock_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_fd >= 0)
        flock(lock_fd, LOCK_SH);
}

static void let_go(void)
{
    if (lock_fd >= 0)
        close(lock_fd);
    lock_fd = -1;
}

/* Made by this user long ago, and nobody holds it. */
static bool is_abandoned(int fd)
{
    struct stat info;

    return fstat(fd, &info) == 0 && info.st_uid == geteuid() && time(NULL) - info.st_mtime > YOUNG_S
           && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void empty(DIR *folder)
{
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL)
        unlinkat(dirfd(folder), entry->d_name, 0); /* "." and ".." refuse */
}

/* What a run left that was killed, with its supervisor. */
static void sweep(const char *place)
{
    DIR *all = opendir(place);
    const struct dirent *entry;

    while (all != NULL && (entry = readdir(all)) != NULL) {
        int fd = -1;
        DIR *folder;

        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0)
            fd = openat(dirfd(all), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            continue;
        folder = is_abandoned(fd) ? fdopendir(fd) : NULL;
        if (folder == NULL) {
            close(fd);
            continue;
        }
        empty(folder);
        unlinkat(dirfd(all), entry->d_name, AT_REMOVEDIR);
        closedir(folder);
    }
    if (all != NULL)
        closedir(all);
}

bool gst_scratch_make(char path[GST_SCRATCH_SIZE])
{
    const char *const places[] = { getenv("TMPDIR"), "/tmp", "/dev/shm" };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i] == NULL || places[i][0] != '/'
            || snprintf(path, GST_SCRATCH_SIZE, "%s/" NAME, places[i]) >= GST_SCRATCH_SIZE)
            continue;
        sweep(places[i]);
        if (mkdtemp(path) != NULL) {
            hold(path);
            return true;
        }
    }
    path[0] = '\0';
    return false;
}

void gst_scratch_remove(char path[GST_SCRATCH_SIZE])
{
    DIR *folder = path[0] == '\0' ? NULL : opendir(path);

    let_go();
    if (folder != NULL) {
        empty(folder);
        closedir(folder);
        rmdir(path);
    }
    path[0] = '\0';
}
