/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the driver came into a container, by what each way leaves behind; all of it was seen in
 * captures of NVIDIA Container Toolkit 1.17 and 1.20 (tests/fixtures/captures).
 *
 * - Legacy: the nodes are mounts, and a tmpfs with copies lies over /proc/driver/nvidia.
 * - CDI: the nodes are made, not mounted; NVIDIA_VISIBLE_DEVICES becomes 'void'; a hook writes
 *   00-nvcr-*.conf for the loader.
 * - Just-in-time CDI: a specification that the runtime makes for each container. From toolkit 1.18
 *   on both set NVIDIA_CTK_LIBCUDA_DIR and, from 1.19 on, write zz-nvcr-*.conf, so that a file made
 *   by such a toolkit looks the same; the runtime's own is what Docker uses, a file what podman
 * does.
 * - By hand: nodes or libraries, and nothing of that.
 */
#include <string.h>

#include "audit/scene_parts.h"

struct conf {
    bool has_first; /* 00-nvcr-*.conf */
    bool has_last;  /* zz-nvcr-*.conf */
};

static bool visit_conf(const char *name, void *data)
{
    struct conf *conf = data;

    conf->has_first = conf->has_first || strncmp(name, "00-nvcr-", 8) == 0;
    conf->has_last = conf->has_last || strncmp(name, "zz-nvcr-", 8) == 0;
    return true;
}

bool gst_scene_has_injection(const struct gst_scene *scene)
{
    return scene->injection != GST_INJECTION_NONE && scene->injection != GST_INJECTION_HOST;
}

static bool has_nodes(const struct gst_scene *scene, bool is_mounted)
{
    for (size_t i = 0; i < scene->node_count; i++) {
        if (strncmp(scene->nodes[i].path, "/dev/nvidia", 11) == 0
            && (!is_mounted || scene->nodes[i].mount != NULL))
            return true;
    }
    return false;
}

static bool has_files(const struct gst_scene *scene)
{
    for (size_t i = 0; i < scene->file_count; i++) {
        if (scene->files[i].origin == GST_ORIGIN_INJECTED)
            return true;
    }
    return false;
}

static bool is_shadowed(const struct gst_scene *scene)
{
    const struct gst_mount *mount = gst_mounts_at(&scene->mounts, "/proc/driver/nvidia");

    return mount != NULL && strcmp(mount->type, "tmpfs") == 0;
}

static enum gst_injection by_traces(const struct gst_scene *scene)
{
    bool has_folder = gst_view_env(scene->view, "NVIDIA_CTK_LIBCUDA_DIR") != NULL;
    struct conf conf = { 0 };

    gst_view_list(scene->view, "/etc/ld.so.conf.d", visit_conf, &conf);
    if (is_shadowed(scene))
        return GST_INJECTION_LEGACY;
    /* Where nobody may make nodes, they are mounted all the same. */
    if (!has_nodes(scene, true) || scene->has_user_namespace) {
        if (has_folder || conf.has_last)
            return scene->engine == GST_ENGINE_PODMAN ? GST_INJECTION_CDI : GST_INJECTION_JIT_CDI;
        if (conf.has_first || scene->asked == GST_ASKED_VOID)
            return GST_INJECTION_CDI;
    }
    return GST_INJECTION_MANUAL;
}

void gst_scene_read_injection(struct gst_scene *scene)
{
    bool has_any = has_nodes(scene, false) || has_files(scene);

    if (!scene->is_container)
        scene->injection = scene->has_module || has_any || scene->file_count > 0
                               ? GST_INJECTION_HOST
                               : GST_INJECTION_NONE;
    else if (scene->platform == GST_PLATFORM_WSL)
        scene->injection = has_files(scene) ? GST_INJECTION_WSL : GST_INJECTION_NONE;
    else if (scene->platform == GST_PLATFORM_TEGRA)
        scene->injection = has_files(scene) ? GST_INJECTION_CSV : GST_INJECTION_NONE;
    else
        scene->injection = has_any ? by_traces(scene) : GST_INJECTION_NONE;
}
