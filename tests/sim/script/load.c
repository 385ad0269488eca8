/* SPDX-License-Identifier: Apache-2.0 */
/* Models and profiles from the simulator's folder. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/nodes.h"
#include "script/script.h"

#define PATH_BYTES 4096

static bool fail(char *err, size_t err_size, const char *what, const char *path)
{
    snprintf(err, err_size, "cannot %s '%s': %s", what, path, strerror(errno));
    return false;
}

static bool read_text(const char *path, char *text, size_t size, char *err, size_t err_size)
{
    FILE *file = fopen(path, "re");
    size_t length;

    if (file == NULL)
        return fail(err, err_size, "open", path);
    length = fread(text, 1, size, file);
    fclose(file);
    if (length == size) {
        snprintf(err, err_size, "'%s' is longer than %zu bytes", path, size - 1);
        return false;
    }
    text[length] = '\0';
    if (strlen(text) != length) {
        snprintf(err, err_size, "'%s' is not text", path);
        return false;
    }
    return true;
}

bool sim_script_folder(char *path, size_t size)
{
    const char *wanted = getenv("GPU_SELFTEST_SIM_DIR");
    Dl_info info;
    char *slash;

    if (wanted != NULL && wanted[0] != '\0')
        return (size_t)snprintf(path, size, "%s", wanted) < size;
    /* Any object of ours tells where this library lies: <folder>/lib/libgpusim.so. */
    static const char anchor;
    if (dladdr(&anchor, &info) == 0 || (size_t)snprintf(path, size, "%s", info.dli_fname) >= size)
        return false;
    slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    snprintf(slash, size - (size_t)(slash - path), "/..");
    return true;
}

static bool has_ending(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);

    return name[0] != '.' && length > tail && strcmp(name + length - tail, ending) == 0;
}

static int is_model(const struct dirent *entry)
{
    return has_ending(entry->d_name, ".model");
}

static int is_profile(const struct dirent *entry)
{
    return has_ending(entry->d_name, ".profile");
}

static bool load_one(struct sim_script *script, enum sim_script_part part, const char *folder,
                     const char *file, char *err, size_t err_size)
{
    char path[PATH_BYTES], name[128];
    char *text = malloc(SIM_SCRIPT_TEXT_BYTES + 1);
    bool ok;

    if (text == NULL || (size_t)snprintf(path, sizeof path, "%s/%s", folder, file) >= sizeof path) {
        free(text);
        snprintf(err, err_size, "no memory or too long a path for '%s'", file);
        return false;
    }
    snprintf(name, sizeof name, "%.*s", (int)(strrchr(file, '.') - file), file);
    ok = read_text(path, text, SIM_SCRIPT_TEXT_BYTES + 1, err, err_size)
         && sim_script_parse(script, part, name, text, err, err_size);
    free(text);
    return ok;
}

static bool load_models(struct sim_script *script, const char *folder, char *err, size_t err_size)
{
    char path[PATH_BYTES];
    struct dirent **entries;
    bool ok = true;
    int count;

    snprintf(path, sizeof path, "%s/models", folder);
    count = scandir(path, &entries, is_model, alphasort);
    if (count < 0)
        return fail(err, err_size, "read", path);
    for (int i = 0; i < count; i++) {
        ok = ok && load_one(script, SIM_SCRIPT_MODEL, path, entries[i]->d_name, err, err_size);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

bool sim_script_profiles(const char *folder, const char *separator, char *names, size_t size)
{
    char path[PATH_BYTES], own[PATH_BYTES];
    struct dirent **entries;
    size_t used = 0;
    int count;

    names[0] = '\0';
    if (folder == NULL && !sim_script_folder(own, sizeof own))
        return false;
    if ((size_t)snprintf(path, sizeof path, "%s/profiles", folder != NULL ? folder : own)
        >= sizeof path)
        return false;
    count = scandir(path, &entries, is_profile, alphasort);
    if (count < 0)
        return false;
    for (int i = 0; i < count; i++) {
        const char *file = entries[i]->d_name;

        if (used < size)
            used += (size_t)snprintf(names + used, size - used, "%s%.*s", i > 0 ? separator : "",
                                     (int)(strrchr(file, '.') - file), file);
        free(entries[i]);
    }
    free(entries);
    return used < size;
}

static bool is_profile_there(const char *folder, const char *profile, char *err, size_t err_size)
{
    char names[1024], quoted[160], list[1100];

    if (!sim_script_profiles(folder, " ", names, sizeof names)) {
        snprintf(err, err_size, "cannot read the profiles in '%.512s/profiles'", folder);
        return false;
    }
    snprintf(list, sizeof list, " %s ", names);
    snprintf(quoted, sizeof quoted, " %.128s ", profile);
    if (profile[0] != '\0' && strchr(profile, ' ') == NULL && strstr(list, quoted) != NULL)
        return true;
    snprintf(err, err_size, "unknown profile '%.128s' (known: %s)", profile, names);
    return false;
}

bool sim_script_load(struct sim_script *script, const char *folder, const char *profile,
                     const char *faults, char *err, size_t err_size)
{
    char own[PATH_BYTES], path[PATH_BYTES], file[160];

    sim_script_init(script);
    if (folder == NULL && !sim_script_folder(own, sizeof own)) {
        snprintf(err, err_size, "cannot tell where the simulator lies: set GPU_SELFTEST_SIM_DIR");
        return false;
    }
    folder = folder != NULL ? folder : own;
    if (strlen(folder) > sizeof path - sizeof "/profiles") {
        snprintf(err, err_size, "too long a path: GPU_SELFTEST_SIM_DIR");
        return false;
    }
    if (!is_profile_there(folder, profile, err, err_size)
        || !load_models(script, folder, err, err_size))
        return false;
    snprintf(path, sizeof path, "%.*s/profiles", (int)(sizeof path - 16), folder);
    snprintf(file, sizeof file, "%.128s.profile", profile);
    if (!load_one(script, SIM_SCRIPT_PROFILE, path, file, err, err_size)
        || (faults != NULL
            && !sim_script_parse(script, SIM_SCRIPT_FAULT, "", faults, err, err_size)))
        return false;
    sim_nodes_apply(&script->machine, getenv("GPU_SELFTEST_SIM_NODES"));
    return true;
}
