/* SPDX-License-Identifier: Apache-2.0 */
/* What the loader takes; see loader.h. */
#include "audit/loader.h"

#include <stdio.h>
#include <string.h>

/* Libraries of the driver that programs or libcuda open by these names. */
static const char *const library_names[] = {
    "libcuda.so.1",
    "libnvidia-ml.so.1",
    "libnvidia-ptxjitcompiler.so.1",
    "libnvidia-nvvm.so.4",
};

#define LIBRARY_COUNT (sizeof(library_names) / sizeof(library_names[0]))

static bool is_stub(const char *path)
{
    return strstr(path, "/stubs/") != NULL;
}

/* Where packages put libraries: /lib, /usr/lib64 and, on Debian, /usr/lib/<machine>-linux-gnu. */
static bool is_in_system_folder(const char *path)
{
    const char *rest = strncmp(path, "/usr/", 5) == 0 ? path + 4 : path;
    const char *name = strrchr(rest, '/');
    size_t length = name != NULL ? (size_t)(name - rest) : 0;
    static const char debian[] = "-linux-gnu";
    size_t tail = sizeof(debian) - 1;

    if (length == strlen("/lib") || length == strlen("/lib64"))
        return strncmp(rest, "/lib64", length) == 0;
    return strncmp(rest, "/lib/", 5) == 0 && length > tail
           && strncmp(name - tail, debian, tail) == 0 && memchr(rest + 5, '/', length - 5) == NULL;
}

static bool is_empty_file(const struct gst_scene *scene, const char *path)
{
    struct gst_node node;

    return gst_view_stat(scene->view, path, &node) && node.size_bytes == 0;
}

/* By the way the loader came to it: the remedy differs. */
static enum gst_finding_id judge(const struct gst_scene *scene, const char *name,
                                 const struct gst_resolved *taken)
{
    if (!taken->is_found || taken->origin != GST_ORIGIN_IMAGE || is_empty_file(scene, taken->real))
        return GST_NO_FINDING;
    if (is_stub(taken->path) || is_stub(taken->real))
        return GST_IMAGE_STUB_LIBCUDA;
    if (is_in_system_folder(taken->path))
        return GST_IMAGE_DRIVER_FILES;
    if (strcmp(taken->via, "LD_LIBRARY_PATH") == 0)
        return GST_USER_LIBRARY_PATH;
    return strcmp(name, library_names[0]) == 0 ? GST_IMAGE_OTHER_LIBCUDA : GST_IMAGE_DRIVER_FILES;
}

bool gst_loader_find_shadow(const struct gst_scene *scene, enum gst_finding_id finding,
                            struct gst_shadow *shadow)
{
    if (!scene->is_container)
        return false;
    for (size_t i = 0; i < LIBRARY_COUNT; i++) {
        shadow->name = library_names[i];
        gst_scene_resolve_library(scene, shadow->name, &shadow->taken);
        shadow->finding = judge(scene, shadow->name, &shadow->taken);
        if (shadow->finding != GST_NO_FINDING
            && (finding == GST_NO_FINDING || shadow->finding == finding))
            return true;
    }
    return false;
}

/* Answers with the shadow of this kind, if there is one. */
static bool found_shadow(struct gst_asking *asking, enum gst_finding_id finding)
{
    const struct gst_driver_file *injected;
    struct gst_shadow shadow;

    if (!gst_loader_find_shadow(asking->scene, finding, &shadow))
        return false;
    injected = gst_scene_file(asking->scene, "libcuda.so", GST_ORIGIN_INJECTED);
    gst_found(asking, finding, GST_NO_GPU, "'%s' is '%s' of the image (by %s)%s%s%s", shadow.name,
              shadow.taken.real, shadow.taken.via, injected != NULL ? ", injected was '" : "",
              injected != NULL ? injected->path : "", injected != NULL ? "'" : "");
    return true;
}

/* C10 */
void gst_loader_ask_links(struct gst_asking *asking)
{
    struct gst_resolved taken;

    if (!asking->scene->is_container || found_shadow(asking, GST_IMAGE_DRIVER_FILES)
        || found_shadow(asking, GST_IMAGE_OTHER_LIBCUDA))
        return;
    gst_scene_resolve_library(asking->scene, library_names[0], &taken);
    if (taken.is_found && taken.origin == GST_ORIGIN_INJECTED)
        gst_fine(asking, "'%s' is '%s' (by %s)", library_names[0], taken.real, taken.via);
}

/* C11 */
void gst_loader_ask_found(struct gst_asking *asking)
{
    static const struct {
        const char *name; /* that programs open */
        const char *file;
    } needed[] = { { "libcuda.so.1", "libcuda.so" }, { "libnvidia-ml.so.1", "libnvidia-ml.so" } };
    const struct gst_scene *scene = asking->scene;
    struct gst_resolved taken;
    char seen[280] = "";

    /* Neither musl nor a missing loader reads glibc's cache; C20 has that. */
    if (!scene->is_container || scene->is_musl || scene->is_loader_missing)
        return;
    if (scene->cache_error[0] != '\0') {
        gst_found(asking, GST_SUITE_VIEW_DAMAGED, GST_NO_GPU,
                  "'/etc/ld.so.cache' cannot be understood: %s", scene->cache_error);
        return;
    }
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        const struct gst_driver_file *file =
            gst_scene_file(scene, needed[i].file, GST_ORIGIN_INJECTED);

        if (file == NULL)
            continue;
        gst_scene_resolve_library(scene, needed[i].name, &taken);
        if (!taken.is_found) {
            gst_found(asking, GST_RUNTIME_LOADER_MISSES, GST_NO_GPU,
                      "'%s' is there, but '%s' is in no folder of the loader (%s)", file->path,
                      needed[i].name,
                      scene->has_cache ? "'/etc/ld.so.cache' does not list it"
                                       : "'/etc/ld.so.cache' is missing");
            return;
        }
        snprintf(seen, sizeof(seen), "'%.200s' by %s", taken.path, taken.via);
    }
    if (seen[0] != '\0')
        gst_fine(asking, "%s", seen);
}

/* What somebody mounted, or the image's own cuda-compat, which is judged elsewhere. */
static bool is_expected(const struct gst_scene *scene, const char *path)
{
    const struct gst_mount *mount;
    char real[256];

    if (!gst_view_resolve(scene->view, path, real, sizeof(real)))
        return true; /* not to be seen here: nothing can be said of it */
    for (size_t i = 0; i < scene->file_count; i++) {
        if (strcmp(scene->files[i].path, real) == 0)
            return scene->files[i].origin != GST_ORIGIN_IMAGE;
    }
    mount = gst_mounts_over(&scene->mounts, real);
    return mount != NULL && strcmp(mount->point, "/") != 0;
}

/* C12 */
void gst_loader_ask_loaded(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answer *loaded = gst_answers_library(&scene->answers, library_names[0]);
    const struct gst_driver_file *injected =
        gst_scene_file(scene, "libcuda.so", GST_ORIGIN_INJECTED);

    if (!scene->answers.is_asked || loaded == NULL || !loaded->is_ok || loaded->is_double)
        return;
    if (scene->is_container && injected != NULL && !is_expected(scene, loaded->text))
        gst_found(asking, GST_IMAGE_OTHER_LIBCUDA, GST_NO_GPU, "'%s' opens '%s', injected was '%s'",
                  library_names[0], loaded->text, injected->path);
    else
        gst_fine(asking, "'%s' opens '%s'", library_names[0], loaded->text);
}

/* One file may be mounted under several names. */
static bool is_same_file(const struct gst_scene *scene, const struct gst_resolved *a,
                         const struct gst_resolved *b)
{
    struct gst_node first, second;

    if (strcmp(a->real, b->real) == 0)
        return true;
    if (a->version[0] != '\0' && strcmp(a->version, b->version) == 0)
        return true;
    return gst_view_stat(scene->view, a->real, &first)
           && gst_view_stat(scene->view, b->real, &second) && first.inode != 0
           && first.inode == second.inode && first.device_major == second.device_major
           && first.device_minor == second.device_minor;
}

/* C13 */
void gst_loader_ask_names_agree(struct gst_asking *asking)
{
    struct gst_resolved plain, versioned;
    struct gst_shadow shadow;

    /* One wrong file under one of the names has a finding of its own. */
    if (gst_loader_find_shadow(asking->scene, GST_NO_FINDING, &shadow))
        return;
    gst_scene_resolve_library(asking->scene, "libcuda.so", &plain);
    gst_scene_resolve_library(asking->scene, library_names[0], &versioned);
    if (!plain.is_found || !versioned.is_found)
        return;
    if (is_same_file(asking->scene, &plain, &versioned))
        gst_fine(asking, "both are '%s'", versioned.real);
    else
        gst_found(asking, GST_IMAGE_TWO_LIBCUDAS, GST_NO_GPU,
                  "'libcuda.so' is '%s', 'libcuda.so.1' is '%s'", plain.real, versioned.real);
}

/* C14 */
void gst_loader_ask_stubs(struct gst_asking *asking)
{
    struct gst_resolved taken;

    if (found_shadow(asking, GST_IMAGE_STUB_LIBCUDA))
        return;
    gst_scene_resolve_library(asking->scene, library_names[0], &taken);
    if (taken.is_found && !is_stub(taken.real))
        gst_fine(asking, "'%s' is not in a stubs folder", taken.real);
}

/* C15 */
void gst_loader_ask_library_path(struct gst_asking *asking)
{
    const char *path = gst_view_env(asking->scene->view, "LD_LIBRARY_PATH");

    if (path != NULL && path[0] != '\0' && !found_shadow(asking, GST_USER_LIBRARY_PATH))
        gst_fine(asking, "'%.200s' leads to no other", path);
}

/* C16 */
void gst_loader_ask_preload(struct gst_asking *asking)
{
    const struct gst_view *view = asking->scene->view;
    const char *variable = gst_view_env(view, "LD_PRELOAD");
    char list[256];

    if (variable != NULL && variable[strspn(variable, " :\t")] != '\0')
        gst_found(asking, GST_USER_PRELOAD, GST_NO_GPU, "LD_PRELOAD is '%.200s'", variable);
    else if (gst_view_read(view, "/etc/ld.so.preload", list, sizeof(list))
             && list[strspn(list, " :\t\n")] != '\0')
        gst_found(asking, GST_USER_PRELOAD, GST_NO_GPU, "'/etc/ld.so.preload' says '%.*s'",
                  (int)strcspn(list, "\n"), list);
    else
        gst_fine(asking, "neither LD_PRELOAD nor '/etc/ld.so.preload'");
}

/* C20 */
void gst_loader_ask_libc(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!scene->is_container || scene->platform != GST_PLATFORM_LINUX)
        return;
    if (scene->is_musl && gst_scene_has_injection(scene))
        gst_found(asking, GST_IMAGE_MUSL, GST_NO_GPU,
                  "the image has musl's loader and none of glibc");
    else if (scene->is_loader_missing)
        gst_found(asking, GST_IMAGE_NO_LOADER, GST_NO_GPU,
                  "the image has neither glibc's loader nor musl's");
    else if (!scene->is_musl)
        gst_fine(asking, "glibc's loader is there");
}

/* C21 */
void gst_loader_ask_executable(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *first = NULL;

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];
        const struct gst_mount *mount;

        if (file->origin != GST_ORIGIN_INJECTED || strstr(file->name, ".so") == NULL)
            continue;
        mount = gst_mounts_over(&scene->mounts, file->path);
        if (mount != NULL && gst_mount_has_option(mount, "noexec")) {
            gst_found(asking, GST_USER_NOEXEC, GST_NO_GPU, "'%s' lies on '%s', mounted '%s'",
                      file->path, mount->point, mount->options);
            return;
        }
        if (first == NULL)
            first = file;
    }
    if (first != NULL)
        gst_fine(asking, "'%s' and the others lie on mounts without noexec", first->path);
}
