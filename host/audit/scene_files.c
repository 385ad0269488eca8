/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files and nodes of the driver are in a container, and who brought them. A file that is
 * mounted, alone or with its folder, was injected; one on the root file system is the image's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/scene_parts.h"
#include "core/utf8.h"
#include "core/version.h"

#define FOLDERS_MAX 128

/* Names of libraries that come with the driver and with nothing else (NVIDIA driver README,
 * "Installed Components"; libcuda_loader.so stands for libcuda.so.1 on WSL). A name ends where its
 * version begins. */
static const char *const library_prefixes[] = {
    "libcuda.so",          "libcuda_loader.so",      "libcudadebugger.so",
    "libnvcuvid.so",       "libnvoptix.so",          "libvdpau_nvidia.so",
    "libGLX_nvidia.so",    "libEGL_nvidia.so",       "libGLESv1_CM_nvidia.so",
    "libGLESv2_nvidia.so", "libglxserver_nvidia.so",
};

/* libnvidia-* that others bring: NVIDIA Container Toolkit, and EGL platforms of distributions. */
static const char *const other_prefixes[] = { "libnvidia-container", "libnvidia-egl-" };

static const char *const programs[] = {
    "nvidia-smi",
    "nvidia-debugdump",
    "nvidia-persistenced",
    "nvidia-modprobe",
    "nvidia-cuda-mps-control",
    "nvidia-cuda-mps-server",
    "nv-fabricmanager",
    "nvidia-imex",
};

struct folders {
    struct gst_scene *scene;
    size_t count;
    char *items[FOLDERS_MAX]; /* links followed, each once */
    const char *folder;       /* that is being listed */
};

static bool begins_with(const char *text, const char *const *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    return false;
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_driver_library(const char *name)
{
    return begins_with(name, library_prefixes, COUNT(library_prefixes))
           || (strncmp(name, "libnvidia-", 10) == 0 && strstr(name, ".so") != NULL
               && !begins_with(name, other_prefixes, COUNT(other_prefixes)));
}

static bool is_driver_program(const char *name)
{
    for (size_t i = 0; i < COUNT(programs); i++) {
        if (strcmp(name, programs[i]) == 0)
            return true;
    }
    return false;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

void gst_scene_version_of_name(const char *path, char *version, size_t size)
{
    const char *so = strstr(last_part(path), ".so.");

    *version = '\0';
    if (so != NULL)
        gst_version_find(so + 4, version, size);
}

enum gst_origin gst_scene_origin(const struct gst_scene *scene, const char *real)
{
    const struct gst_mount *mount = gst_mounts_over(&scene->mounts, real);

    if (strstr(real, "/compat") != NULL
        || (mount != NULL && strcmp(mount->point, real) == 0
            && strstr(mount->root, "/compat/") != NULL))
        return GST_ORIGIN_COMPAT;
    if (scene->mounts.count == 0)
        return GST_ORIGIN_UNKNOWN;
    /* LXC's containers have no image: who runs one installs the driver's libraries in it. */
    if (scene->engine == GST_ENGINE_LXC)
        return GST_ORIGIN_INJECTED;
    return mount == NULL || strcmp(mount->point, "/") == 0 ? GST_ORIGIN_IMAGE : GST_ORIGIN_INJECTED;
}

static void add_file(struct gst_scene *scene, const char *path)
{
    struct gst_driver_file *file;
    struct gst_node node;
    const char *name = last_part(path), *so;

    /* Links are names, not files. */
    if (!gst_view_lstat(scene->view, path, &node) || node.kind != GST_NODE_FILE
        || strlen(path) >= sizeof file->path)
        return;
    if (scene->file_count == GST_SCENE_FILES) {
        scene->is_overfull = true;
        return;
    }
    file = &scene->files[scene->file_count++];
    *file = (struct gst_driver_file){ .node = node, .mount = gst_mounts_at(&scene->mounts, path) };
    strcpy(file->path, path);
    so = strstr(name, ".so");
    snprintf(file->name, sizeof file->name, "%.*s",
             so != NULL ? (int)(so - name) + 3 : (int)strlen(name), name);
    gst_scene_version_of_name(path, file->version, sizeof file->version);
    /* Mounted by hand as libcuda.so.1: what it is called where it comes from. */
    if (file->version[0] == '\0' && file->mount != NULL)
        gst_scene_version_of_name(file->mount->root, file->version, sizeof file->version);
    file->origin = gst_scene_origin(scene, path);
    file->is_elf = gst_view_is_elf(scene->view, path);
}

/* A script by a program's name wraps the driver's own, which lies elsewhere: images for clusters
 * that mount the driver in one folder are made so. A capture says of it only that it is no ELF
 * file. */
static bool is_wrapper(const struct gst_scene *scene, const char *path)
{
    struct gst_node node;
    char head[3];

    if (gst_view_read(scene->view, path, head, sizeof head))
        return strcmp(head, "#!") == 0;
    return !gst_view_is_live(scene->view) && gst_view_lstat(scene->view, path, &node)
           && node.kind == GST_NODE_FILE && node.size_bytes > 0
           && !gst_view_is_elf(scene->view, path);
}

static bool visit_file(const char *name, void *data)
{
    struct folders *folders = data;
    char path[PATH_MAX];

    if ((is_driver_library(name) || is_driver_program(name))
        && snprintf(path, sizeof path, "%s/%s", folders->folder, name) < (int)sizeof path
        && !(is_driver_program(name) && is_wrapper(folders->scene, path)))
        add_file(folders->scene, path);
    return true;
}

/* Looks through a folder unless that has been done, by whatever name. */
static bool look_through(const char *folder, void *data)
{
    struct folders *folders = data;
    char real[PATH_MAX];

    if (!gst_view_resolve(folders->scene->view, folder, real, sizeof real))
        return true;
    for (size_t i = 0; i < folders->count; i++) {
        if (strcmp(folders->items[i], real) == 0)
            return true;
    }
    if (folders->count == FOLDERS_MAX) {
        folders->scene->is_overfull = true;
        return false;
    }
    folders->items[folders->count] = strdup(real);
    if (folders->items[folders->count] == NULL)
        return false;
    folders->folder = folders->items[folders->count++];
    gst_view_list(folders->scene->view, folders->folder, visit_file, folders);
    return true;
}

void gst_scene_each_default_folder(bool (*visit)(const char *folder, void *data), void *data)
{
    /* ld.so(8), and the multiarch folders of Debian's glibc. */
    static const char *const folders[] = {
#if defined(__aarch64__)
        "/lib/aarch64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
#else
        "/lib/x86_64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu",
#endif
        "/lib64",
        "/usr/lib64",
        "/lib",
        "/usr/lib",
    };

    for (size_t i = 0; i < COUNT(folders); i++) {
        if (!visit(folders[i], data))
            return;
    }
}

/* WSL shows the folders of all drivers that Windows has, hundreds of them; NVIDIA's, one for each
 * version, are named after files like nv_dispi.inf. */
static bool visit_nested(const char *name, void *data)
{
    char path[PATH_MAX];

    if (strncmp(name, "nv", 2) != 0)
        return true;
    snprintf(path, sizeof path, "/usr/lib/wsl/drivers/%s", name);
    return look_through(path, data);
}

/* Each line of a file below ld.so.conf.d is a folder. */
static bool visit_conf(const char *name, void *data)
{
    struct folders *folders = data;
    char path[PATH_MAX], text[4096], *rest = text, *line;

    snprintf(path, sizeof path, "/etc/ld.so.conf.d/%s", name);
    gst_view_read(folders->scene->view, path, text, sizeof text);
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (*line == '/')
            look_through(line, data);
    }
    return true;
}

/* Folders in which some driver file is mounted, wherever that is. */
static void look_where_mounted(struct folders *folders)
{
    char folder[PATH_MAX];

    for (size_t i = 0; i < folders->scene->mounts.count; i++) {
        const char *point = folders->scene->mounts.items[i].point;
        const char *name = last_part(point);

        if (name - point > 1 && (is_driver_library(name) || is_driver_program(name))
            && (size_t)(name - point) < sizeof folder) {
            snprintf(folder, sizeof folder, "%.*s", (int)(name - point - 1), point);
            look_through(folder, folders);
        }
    }
}

void gst_scene_read_files(struct gst_scene *scene)
{
    /* Where injection, cuda-compat, Jetson and WSL put libraries, and where programs lie. */
    static const char *const known[] = {
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu/tegra",
        "/usr/lib/aarch64-linux-gnu/nvidia",
        "/usr/lib/wsl/lib",
        "/usr/local/nvidia/lib",
        "/usr/local/nvidia/lib64",
        "/usr/local/nvidia/bin",
        "/usr/local/cuda/compat",
        "/usr/bin",
        "/usr/local/bin",
    };
    struct folders folders = { .scene = scene };
    const char *library_path = gst_view_env(scene->view, "LD_LIBRARY_PATH");

    look_where_mounted(&folders);
    gst_scene_each_default_folder(look_through, &folders);
    for (size_t i = 0; i < COUNT(known); i++)
        look_through(known[i], &folders);
    gst_view_list(scene->view, "/usr/lib/wsl/drivers", visit_nested, &folders);
    gst_view_list(scene->view, "/etc/ld.so.conf.d", visit_conf, &folders);
    if (library_path != NULL)
        gst_scene_each_folder(library_path, look_through, &folders);
    for (size_t i = 0; i < folders.count; i++)
        free(folders.items[i]);
}

/* Folders in /dev, "" for itself, what the names of nodes there begin with that belong to a GPU or
 * to a feature that is injected with it, and how many of them tell what all would: a host may have
 * 2048 IMEX channels. */
static const struct {
    const char *folder;
    size_t most;
    const char *prefixes[8];
} node_names[] = {
    { "", GST_SCENE_NODES, { "nvidia", "dxg", "gdrdrv", "nvhost", "nvmap" } },
    { "/nvidia-caps", GST_SCENE_NODES, { "nvidia-cap" } },
    { "/nvidia-caps-imex-channels", 16, { "channel" } },
    { "/dri", 64, { "card", "renderD" } },
    { "/infiniband", 64, { "uverbs", "rdma_cm" } },
    { "/nvgpu/igpu0", 64, { "" } },
};

struct looking {
    struct gst_scene *scene;
    size_t row;
    size_t count; /* nodes of this row */
};

static bool visit_node(const char *name, void *data)
{
    struct looking *looking = data;
    struct gst_scene *scene = looking->scene;
    struct gst_device_node *node = &scene->nodes[scene->node_count];
    const char *const *prefix = node_names[looking->row].prefixes;
    char path[PATH_MAX];
    struct gst_node at;

    while (*prefix != NULL && strncmp(name, *prefix, strlen(*prefix)) != 0)
        prefix++;
    snprintf(path, sizeof path, "/dev%s/%s", node_names[looking->row].folder, name);
    if (*prefix == NULL || strlen(path) >= sizeof node->path
        || !gst_view_stat(scene->view, path, &at))
        return true;
    /* Folders of nodes are rows of their own; by another name, a folder stands for a node. */
    for (size_t i = 0; i < COUNT(node_names); i++) {
        if (strcmp(path + 4, node_names[i].folder) == 0)
            return true;
    }
    if (scene->node_count == GST_SCENE_NODES) {
        scene->is_overfull = true;
        return false;
    }
    *node = (struct gst_device_node){ .node = at,
                                      .mount = gst_mounts_at(&scene->mounts, path),
                                      .open_result = GST_OPEN_NOT_TRIED,
                                      .open_later = GST_OPEN_NOT_TRIED };
    strcpy(node->path, path);
    scene->node_count++;
    return ++looking->count < node_names[looking->row].most;
}

void gst_scene_read_nodes(struct gst_scene *scene)
{
    struct looking looking = { .scene = scene };
    char folder[64];

    for (looking.row = 0; looking.row < COUNT(node_names); looking.row++) {
        looking.count = 0;
        snprintf(folder, sizeof folder, "/dev%s", node_names[looking.row].folder);
        gst_view_list(scene->view, folder, visit_node, &looking);
    }
}
