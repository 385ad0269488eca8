/* SPDX-License-Identifier: Apache-2.0 */
/* Which file the loader takes for a name; see probe.h. */
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "probe/probe.h"

/* Exported by each library of tests/sim and by nothing else. */
static const char double_marker[] = "gpu_selftest_double";

/* The loader's words are the only place where "not there" and "there, but unusable" differ: the
 * first begins with the name that was asked for. */
static bool is_absent(const char *words, const char *name)
{
    return strncmp(words, name, strlen(name)) == 0 && strstr(words, "No such file") != NULL;
}

static void say_loaded(const struct gst_probe *probe, const char *name, void *handle, char *path,
                       size_t size)
{
    struct link_map *map = NULL;
    struct stat info = { .st_ino = 0 };
    char resolved[PATH_MAX];
    const char *file = "";

    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map != NULL) {
        file = realpath(map->l_name, resolved) != NULL ? resolved : map->l_name;
        if (stat(file, &info) != 0)
            info = (struct stat){ .st_ino = 0 };
    }
    gst_probe_say(probe, "library %s path=%s dev=%u:%u ino=%llu double=%s", name, file,
                  major(info.st_dev), minor(info.st_dev), (unsigned long long)info.st_ino,
                  dlsym(handle, double_marker) != NULL ? "yes" : "no");
    if (path != NULL)
        snprintf(path, size, "%s", file);
}

void *gst_probe_open(const struct gst_probe *probe, const char *name, bool is_optional, char *path,
                     size_t size)
{
    void *handle;
    const char *words;

    gst_probe_enter(probe, name);
    handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle != NULL) {
        say_loaded(probe, name, handle, path, size);
        return handle;
    }
    words = dlerror();
    if (words == NULL)
        words = "the loader gave no reason";
    if (!is_optional || !is_absent(words, name))
        gst_probe_say(probe, "library %s failed %s", name, words);
    return NULL;
}

void gst_probe_bind(void *handle, const char *symbol, void *function)
{
    void *address = dlsym(handle, symbol);

    /* ISO C has no conversion from an object pointer to a function pointer. */
    memcpy(function, &address, sizeof(address));
}
