/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a scene and asking it; see scene.h. Its parts are in scene_*.c. */
#include "audit/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/elf.h"
#include "audit/scene_parts.h"
#include "core/version.h"

#define MOUNTINFO_MAX (32u << 20)
#define CACHE_MAX     (16u << 20)

static bool read_mounts(struct gst_scene *scene, struct gst_status *st)
{
    size_t size;
    char *text = gst_view_load(scene->view, "/proc/self/mountinfo", MOUNTINFO_MAX, &size);
    bool ok = gst_mounts_parse(&scene->mounts, text != NULL ? text : "");

    scene->has_mounts = text != NULL;
    free(text);
    return ok || gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for the mounts");
}

static void read_cache(struct gst_scene *scene)
{
    char error[160];
    size_t size;

    scene->cache_data = gst_view_load(scene->view, "/etc/ld.so.cache", CACHE_MAX, &size);
    scene->has_cache =
        scene->cache_data != NULL
        && gst_ldcache_parse(&scene->cache, scene->cache_data, size, error, sizeof error);
    if (scene->cache_data != NULL && !scene->has_cache)
        snprintf(scene->cache_error, sizeof scene->cache_error, "%s", error);
}

bool gst_scene_read(struct gst_scene *scene, const struct gst_view *view, struct gst_status *st)
{
    *scene = (struct gst_scene){ .view = view };
    if (!read_mounts(scene, st))
        return false;
    gst_scene_read_container(scene);
    gst_scene_read_host(scene);
    gst_scene_read_files(scene);
    gst_scene_read_nodes(scene);
    read_cache(scene);
    gst_scene_read_injection(scene);
    return true;
}

void gst_scene_read_answers(struct gst_scene *scene)
{
    const char *text = gst_view_answers(scene->view);

    if (*text != '\0')
        gst_answers_parse(&scene->answers, text);
    for (size_t i = 0; i < scene->node_count; i++) {
        struct gst_device_node *node = &scene->nodes[i];

        node->open_result = gst_view_open_result(scene->view, node->path, GST_LOOK_FIRST);
        node->open_later = gst_view_open_result(scene->view, node->path, GST_LOOK_LATER);
    }
}

void gst_scene_release(struct gst_scene *scene)
{
    gst_mounts_release(&scene->mounts);
    free(scene->cache_data);
    scene->cache_data = NULL;
}

const struct gst_scene_gpu *gst_scene_gpu_of_minor(const struct gst_scene *scene, int minor)
{
    for (int i = 0; i < scene->gpu_count; i++) {
        if (scene->gpus[i].is_in_driver && scene->gpus[i].minor == minor)
            return &scene->gpus[i];
    }
    return NULL;
}

bool gst_scene_is_bound(const struct gst_scene_gpu *gpu)
{
    return gpu->is_on_bus && strcmp(gpu->driver, "nvidia") == 0;
}

bool gst_scene_is_given_away(const struct gst_scene *scene, const struct gst_scene_gpu *gpu)
{
    if (!gpu->is_on_bus || gpu->driver[0] == '\0' || gst_scene_is_bound(gpu))
        return false;
    for (int i = 0; i < scene->gpu_count; i++) {
        if (gst_scene_is_bound(&scene->gpus[i]))
            return true;
    }
    return false;
}

const struct gst_device_node *gst_scene_node(const struct gst_scene *scene, const char *path)
{
    for (size_t i = 0; i < scene->node_count; i++) {
        if (strcmp(scene->nodes[i].path, path) == 0)
            return &scene->nodes[i];
    }
    return NULL;
}

const struct gst_driver_file *gst_scene_file(const struct gst_scene *scene, const char *name,
                                             enum gst_origin origin)
{
    const struct gst_driver_file *best = NULL;

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (file->origin == origin && strcmp(file->name, name) == 0
            && (best == NULL || gst_version_compare(file->version, best->version) > 0))
            best = file;
    }
    return best;
}

struct search {
    const struct gst_scene *scene;
    const char *name;
    const char *via;
    struct gst_resolved *resolved;
};

/* The loader passes over libraries of other machines, and takes what it cannot read as a failure;
 * where a file's content is not known it counts as one for this machine. */
static bool is_for_us(const struct gst_view *view, const char *path)
{
    unsigned char head[20];
    char text[sizeof head + 1] = "";

    if (!gst_view_read(view, path, text, sizeof text) || memcmp(text, "\177ELF", 4) != 0)
        return true;
    memcpy(head, text, sizeof head);
    return (unsigned)(head[18] | head[19] << 8) == gst_elf_machine();
}

static bool take(const struct search *search, const char *path)
{
    struct gst_resolved *found = search->resolved;
    struct gst_node node;

    if (!gst_view_stat(search->scene->view, path, &node) || node.kind != GST_NODE_FILE
        || !is_for_us(search->scene->view, path)
        || !gst_view_resolve(search->scene->view, path, found->real, sizeof found->real))
        return false;
    found->is_found = true;
    snprintf(found->path, sizeof found->path, "%s", path);
    snprintf(found->via, sizeof found->via, "%s", search->via);
    gst_scene_version_of_name(found->real, found->version, sizeof found->version);
    found->origin = gst_scene_origin(search->scene, found->real);
    /* Mounted under a name without version: the name where it comes from has one. */
    if (found->version[0] == '\0') {
        const struct gst_mount *mount = gst_mounts_at(&search->scene->mounts, found->real);

        if (mount != NULL)
            gst_scene_version_of_name(mount->root, found->version, sizeof found->version);
    }
    return true;
}

static bool look_in(const char *folder, void *data)
{
    const struct search *search = data;
    char path[PATH_MAX];

    return snprintf(path, sizeof path, "%s/%s", folder, search->name) >= (int)sizeof path
           || !take(search, path);
}

void gst_scene_resolve_library(const struct gst_scene *scene, const char *name,
                               struct gst_resolved *resolved)
{
    struct search search = { .scene = scene, .name = name, .resolved = resolved };
    const char *list = gst_view_env(scene->view, "LD_LIBRARY_PATH");
    const char *cached;

    *resolved = (struct gst_resolved){ .is_found = false };
    search.via = "LD_LIBRARY_PATH";
    if (list != NULL)
        gst_scene_each_folder(list, look_in, &search);
    search.via = "ld.so.cache";
    cached = !resolved->is_found && scene->has_cache
                 ? gst_ldcache_find(&scene->cache, name, gst_elf_machine())
                 : NULL;
    if (cached != NULL)
        take(&search, cached);
    search.via = "default folder";
    if (!resolved->is_found)
        gst_scene_each_default_folder(look_in, &search);
}

const char *gst_engine_name(enum gst_engine engine)
{
    static const char *const names[] = {
        [GST_ENGINE_NONE] = "none",
        [GST_ENGINE_DOCKER] = "docker",
        [GST_ENGINE_PODMAN] = "podman",
        [GST_ENGINE_CONTAINERD] = "containerd",
        [GST_ENGINE_KUBERNETES] = "kubernetes",
        [GST_ENGINE_LXC] = "lxc",
        [GST_ENGINE_ENROOT] = "enroot",
        [GST_ENGINE_APPTAINER] = "apptainer",
        [GST_ENGINE_OTHER] = "unknown",
    };

    return names[engine];
}

const char *gst_platform_name(enum gst_platform platform)
{
    static const char *const names[] = {
        [GST_PLATFORM_LINUX] = "linux", [GST_PLATFORM_WSL] = "wsl",
        [GST_PLATFORM_TEGRA] = "tegra", [GST_PLATFORM_GVISOR] = "gvisor",
        [GST_PLATFORM_KATA] = "kata",
    };

    return names[platform];
}

const char *gst_injection_name(enum gst_injection injection)
{
    static const char *const names[] = {
        [GST_INJECTION_NONE] = "none",       [GST_INJECTION_HOST] = "host",
        [GST_INJECTION_LEGACY] = "legacy",   [GST_INJECTION_CDI] = "cdi",
        [GST_INJECTION_JIT_CDI] = "jit-cdi", [GST_INJECTION_CSV] = "csv",
        [GST_INJECTION_WSL] = "wsl",         [GST_INJECTION_MANUAL] = "manual",
    };

    return names[injection];
}
