/* SPDX-License-Identifier: Apache-2.0 */
/* dlopen, one dlsym loop for every table, and what can be learnt about the file; see dl.h. */
#include "api/dl.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note_path(struct gst_library *library)
{
    struct link_map *map = NULL;

    char resolved[PATH_MAX];

    if (dlinfo(library->handle, RTLD_DI_LINKMAP, &map) != 0 || map == NULL)
        return;
    /* Behind the link is the file that carries the driver's version in its name. */
    snprintf(library->path, sizeof(library->path), "%s",
             realpath(map->l_name, resolved) != NULL ? resolved : map->l_name);
}

static bool bind_symbols(struct gst_library *library, const struct gst_symbol *symbols,
                         size_t count, void *table)
{
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(library->handle, symbols[i].name);

        if (address == NULL && symbols[i].is_needed) {
            snprintf(library->problem, sizeof(library->problem), "'%s' has no symbol '%s'",
                     library->path, symbols[i].name);
            return false;
        }
        memcpy((char *)table + symbols[i].offset, &address, sizeof(address));
    }
    return true;
}

static bool open_one(struct gst_library *library, const char *soname,
                     const struct gst_symbol *symbols, size_t count, void *table)
{
    snprintf(library->soname, sizeof(library->soname), "%s", soname);
    library->handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (library->handle == NULL) {
        const char *words = dlerror();

        /* The loader's words are the only place where "not there" and "there, but unusable" (a
         * 0-byte file, another machine's library, one whose own libraries are missing) differ: the
         * first begins with the name that was asked for. */
        if (words != NULL
            && (strncmp(words, soname, strlen(soname)) != 0
                || strstr(words, "No such file") == NULL)) {
            library->is_found = true;
            snprintf(library->problem, sizeof(library->problem), "%s", words);
        }
        return false;
    }
    library->is_found = true;
    note_path(library);
    library->is_double = dlsym(library->handle, GST_DOUBLE_MARKER) != NULL;
    if (bind_symbols(library, symbols, count, table))
        return true;
    gst_library_close(library);
    return false;
}

bool gst_library_open(struct gst_library *library, const char *const *sonames,
                      const struct gst_symbol *symbols, size_t count, void *table)
{
    *library = (struct gst_library){ .handle = NULL };
    for (size_t i = 0; sonames[i] != NULL; i++) {
        if (open_one(library, sonames[i], symbols, count, table)) {
            library->problem[0] = '\0';
            return true;
        }
    }
    if (library->problem[0] == '\0')
        snprintf(library->problem, sizeof(library->problem), "no '%s' on the library path",
                 sonames[0]);
    return false;
}

void gst_library_close(struct gst_library *library)
{
    if (library->handle != NULL)
        dlclose(library->handle);
    library->handle = NULL;
}
