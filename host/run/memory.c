/* SPDX-License-Identifier: Apache-2.0 */
/* Resident memory from /proc, what is left from /proc/meminfo and the cgroup; see memory.h. */
#include "run/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"

/* The number after `key` at the start of a line; false if there is no such line. */
static bool field(const char *text, const char *key, uint64_t *value)
{
    size_t length = strlen(key);

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0) {
            char *end;

            *value = strtoull(line + length, &end, 10);
            return end != line + length;
        }
    }
    return false;
}

static bool read_process_file(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    ssize_t length;
    int fd;

    snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    length = read(fd, text, size - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

bool gst_memory_of(pid_t pid, uint64_t *bytes)
{
    char text[4096];
    uint64_t anonymous, shared;
    unsigned long long resident, file;

    if (read_process_file(pid, "status", text, sizeof(text)) && field(text, "RssAnon:", &anonymous)
        && field(text, "RssShmem:", &shared)) {
        *bytes = (anonymous + shared) * 1024;
        return true;
    }
    /* Before Linux 4.5, and in sandboxes: shared there includes files and mapped devices. */
    if (!read_process_file(pid, "statm", text, sizeof(text))
        || sscanf(text, "%*u %llu %llu", &resident, &file) != 2 || file > resident)
        return false;
    *bytes = (resident - file) * (uint64_t)sysconf(_SC_PAGESIZE);
    return true;
}

static uint64_t smaller_known(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

/* 0 if there is no such cgroup, or it has no limit. */
static uint64_t left_in_cgroup(const struct gst_root *root, const char *limit_path,
                               const char *usage_path, const char *stat_path, const char *cache_key)
{
    char text[4096];
    uint64_t limit, used, cache = 0;

    if (!gst_root_read(root, limit_path, text, sizeof(text)) || !gst_parse_unsigned(text, &limit))
        return 0;
    if (!gst_root_read(root, usage_path, text, sizeof(text)) || !gst_parse_unsigned(text, &used))
        return 0;
    /* Cached files count as used and are given up when memory is needed. */
    if (gst_root_read(root, stat_path, text, sizeof(text)) && field(text, cache_key, &cache))
        used -= cache < used ? cache : used;
    return limit > used ? limit - used : 1;
}

uint64_t gst_memory_left(const struct gst_root *root)
{
    char text[4096];
    uint64_t machine = 0, unified, legacy;

    if (gst_root_read(root, "/proc/meminfo", text, sizeof(text))
        && field(text, "MemAvailable:", &machine))
        machine *= 1024;
    unified = left_in_cgroup(root, "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current",
                             "/sys/fs/cgroup/memory.stat", "inactive_file ");
    legacy = left_in_cgroup(root, "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                            "/sys/fs/cgroup/memory/memory.usage_in_bytes",
                            "/sys/fs/cgroup/memory/memory.stat", "total_inactive_file ");
    return smaller_known(machine, smaller_known(unified, legacy));
}

uint64_t gst_memory_left_here(void)
{
    struct gst_status ignored = GST_STATUS_INIT;
    struct gst_root machine;
    uint64_t left;

    if (!gst_root_open(&machine, "/", &ignored))
        return 0;
    left = gst_memory_left(&machine);
    gst_root_close(&machine);
    return left;
}
