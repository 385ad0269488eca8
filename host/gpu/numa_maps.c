/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of numa_maps; see numa_maps.h. Format: Linux, numa(7) and mpol_to_str(). */
#include "gpu/numa_maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "/proc/self/numa_maps"

/* The word after the address: "default", "bind:0-1", "bind=static:1", "prefer:0". */
bool gst_numa_line_binding(const char *line, char *nodes, size_t size)
{
    const char *policy = strchr(line, ' ');
    const size_t length = policy == NULL ? 0 : strcspn(policy + 1, " \n");
    const char *list = policy == NULL ? NULL : memchr(policy + 1, ':', length);

    if (list == NULL
        || (strncmp(policy + 1, "bind", 4) != 0 && strncmp(policy + 1, "prefer:", 7) != 0))
        return false;
    snprintf(nodes, size, "%.*s", (int)(policy + 1 + length - (list + 1)), list + 1);
    return true;
}

/* Nodes come in the order of the kernel's, which is that of their numbers. */
bool gst_numa_line_pages(const char *line, char *pages, size_t size)
{
    size_t used = 0;

    pages[0] = '\0';
    for (const char *word = strchr(line, ' '); word != NULL; word = strchr(word, ' ')) {
        const size_t length = strcspn(++word, " \n");
        const size_t digits = word[0] == 'N' ? strspn(word + 1, "0123456789") : 0;

        if (digits == 0 || word[1 + digits] != '=' || used + length + 2 > size)
            continue;
        used += (size_t)snprintf(pages + used, size - used, "%s%.*s", used == 0 ? "" : " ",
                                 (int)length, word);
    }
    return used > 0;
}

static FILE *open_maps(const struct gst_root *root)
{
    const int fd = gst_root_open_file(root, FILE_NAME);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

    if (file == NULL && fd >= 0)
        close(fd);
    return file;
}

bool gst_numa_maps_binding(const struct gst_root *root, char *nodes, size_t size)
{
    char text[512];

    return gst_root_read(root, FILE_NAME, text, sizeof(text))
           && gst_numa_line_binding(text, nodes, size);
}

/* Mappings come in the order of their addresses; no line says where one ends. */
bool gst_numa_maps_pages(const struct gst_root *root, const void *address, char *pages, size_t size)
{
    FILE *file = open_maps(root);
    char *line = NULL;
    size_t room = 0;
    bool ok = false;

    if (file == NULL)
        return false;
    while (getline(&line, &room, file) > 0 && strtoull(line, NULL, 16) <= (uintptr_t)address)
        ok = gst_numa_line_pages(line, pages, size);
    free(line);
    fclose(file);
    return ok;
}
