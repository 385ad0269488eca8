/* SPDX-License-Identifier: Apache-2.0 */
/* ld.so(8) and ldconfig(8), as far as names go; see loader.h. */
#include "lint/loader.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Debian's and Red Hat's. */
static const char *const built_in[] = { "/lib/x86_64-linux-gnu",
                                        "/usr/lib/x86_64-linux-gnu",
                                        "/lib/aarch64-linux-gnu",
                                        "/usr/lib/aarch64-linux-gnu",
                                        "/lib64",
                                        "/usr/lib64",
                                        "/lib",
                                        "/usr/lib" };

/* Files may include one another, again and again. */
enum { DEPTH_MAX = 4, INCLUDES_MAX = 64, FILES_MAX = 256 };

struct search {
    const struct gst_catalog *catalog;
    const char *soname;
    int depth, includes, files;
    int found;
};

static void look_in(struct search *search, const char *folder, size_t length)
{
    char path[GST_ENTRY_PATH_SIZE];

    /* One that begins elsewhere depends on where the program is started. */
    if (search->found != GST_NO_NODE || length == 0 || *folder != '/'
        || snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, search->soname)
               >= (int)sizeof path)
        return;
    search->found = gst_catalog_find(search->catalog, path, false);
}

static void read_conf(struct search *search, int file);

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Files of a folder in the order of their names, as glob(3) has them. */
static void include(struct search *search, const char *pattern)
{
    char *paths[FILES_MAX], path[GST_ENTRY_PATH_SIZE], absolute[GST_ENTRY_PATH_SIZE];
    size_t count = 0;

    if (++search->includes > INCLUDES_MAX)
        return;
    snprintf(absolute, sizeof absolute, "%s%s", *pattern == '/' ? "" : "/etc/", pattern);
    for (size_t i = 0; i < search->catalog->count && count < FILES_MAX; i++) {
        const struct gst_node *node = &search->catalog->nodes[i];

        if (node->is_gone || node->text == NULL
            || fnmatch(absolute, gst_catalog_path(search->catalog, (int)i, path), FNM_PATHNAME) != 0
            || (paths[count] = strdup(path)) == NULL)
            continue;
        count++;
    }
    qsort(paths, count, sizeof *paths, by_path);
    for (size_t i = 0; i < count; i++) {
        read_conf(search, gst_catalog_find(search->catalog, paths[i], true));
        free(paths[i]);
    }
}

static void take_line(struct search *search, const char *line, size_t length)
{
    static const char word[] = "include";
    char text[512];

    length = length < sizeof text ? length : sizeof text - 1;
    memcpy(text, line, length);
    text[length] = '\0';
    text[strcspn(text, "#\r")] = '\0';
    line = text + strspn(text, " \t");
    if (strncmp(line, word, strlen(word)) == 0 && strspn(line + strlen(word), " \t") > 0) {
        line += strlen(word);
        line += strspn(line, " \t");
        text[(size_t)(line - text) + strcspn(line, " \t")] = '\0';
        include(search, line);
        return;
    }
    length = strcspn(line, " \t=");
    while (length > 1 && line[length - 1] == '/')
        length--;
    look_in(search, line, length);
}

static void read_conf(struct search *search, int file)
{
    const char *line = file == GST_NO_NODE ? NULL : search->catalog->nodes[file].text;

    if (line == NULL || search->depth == DEPTH_MAX || ++search->files > FILES_MAX)
        return;
    search->depth++;
    while (*line != '\0' && search->found == GST_NO_NODE) {
        size_t length = strcspn(line, "\n");

        take_line(search, line, length);
        line += length + (line[length] != '\0');
    }
    search->depth--;
}

int gst_loader_find(const struct gst_catalog *catalog, const char *variable, const char *soname)
{
    struct search search = { .catalog = catalog, .soname = soname, .found = GST_NO_NODE };

    while (variable != NULL && *variable != '\0') {
        size_t length = strcspn(variable, ":;");

        look_in(&search, variable, length);
        variable += length + (variable[length] != '\0');
    }
    read_conf(&search, gst_catalog_find(catalog, "etc/ld.so.conf", true));
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        look_in(&search, built_in[i], strlen(built_in[i]));
    return search.found;
}
