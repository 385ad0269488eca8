/* SPDX-License-Identifier: Apache-2.0 */
/* Why nodes do not open; see nodes_open.h. */
#include "audit/nodes_open.h"

#include <errno.h>
#include <string.h>

#include "audit/node_kinds.h"
#include "core/errno_names.h"

struct meaning {
    int result;
    enum gst_finding_id finding;
};

/* open(2); NVIDIA/open-gpu-kernel-modules, nv.c, for what the driver's own open returns. */
static const struct meaning meanings[] = {
    { 0, GST_NO_FINDING },
    { GST_OPEN_NOT_TRIED, GST_NO_FINDING },
    { GST_OPEN_HANGS, GST_HOST_DRIVER_HANG },
    { ENOENT, GST_RUNTIME_DEVICE_NODES },
    { EPERM, GST_RUNTIME_CGROUP_DENIES },
    { EACCES, GST_USER_NODE_PERMISSIONS },
    { ENXIO, GST_HOST_NO_DRIVER_BEHIND_NODE },
    { ENODEV, GST_HOST_GPU_GONE },
    { EIO, GST_HOST_ADAPTER_FAILED },
    { EBUSY, GST_HOST_GPU_UNAVAILABLE },
};

enum gst_finding_id gst_open_finding(int result)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].result == result)
            return meanings[i].finding;
    }
    return GST_HOST_OPEN_FAILED;
}

/* The driver refuses an excluded GPU with EPERM, as the cgroup would; but not the control node. */
static bool is_excluded(const struct gst_scene *scene, unsigned minor)
{
    const struct gst_device_node *control = gst_scene_node(scene, GST_CONTROL_NODE);
    const struct gst_scene_gpu *gpu;

    if (control == NULL || control->open_result != 0)
        return false;
    gpu = gst_scene_gpu_of_minor(scene, (int)minor);
    return gpu != NULL && gpu->is_excluded;
}

/* A host keeps the node of a GPU that was given away, and --privileged shows it: nobody needs it.
 */
static bool is_left_over(const struct gst_scene *scene, unsigned minor)
{
    if ((scene->is_container && !scene->is_privileged)
        || gst_scene_gpu_of_minor(scene, (int)minor) != NULL)
        return false;
    for (int i = 0; i < scene->gpu_count; i++) {
        if (gst_scene_is_given_away(scene, &scene->gpus[i]))
            return true;
    }
    return false;
}

static bool is_gpu_node(const struct gst_device_node *node)
{
    unsigned minor;

    return gst_device_kind(node->path, &minor) == GST_DEVICE_GPU;
}

/* Schedulers of clusters (Slurm, ConstrainDevices) show a job the host's whole /dev and let it have
 * some of the GPUs: what opens is its part, and what the cgroup denies is somebody else's. */
static bool is_set_aside(const struct gst_scene *scene, const struct gst_device_node *node)
{
    const struct gst_mount *over = gst_mounts_over(&scene->mounts, node->path);

    if (node->open_result != EPERM || !is_gpu_node(node) || over == NULL
        || strcmp(over->point, "/dev") != 0 || strcmp(over->type, "devtmpfs") != 0)
        return false;
    for (size_t i = 0; i < scene->node_count; i++) {
        if (is_gpu_node(&scene->nodes[i]) && scene->nodes[i].open_result == 0)
            return true;
    }
    return false;
}

/* Nobody misses a node for tools or screens that does not open, but a cgroup that denies one says
 * that something went wrong in making the container. */
static enum gst_finding_id finding_of(const struct gst_scene *scene,
                                      const struct gst_device_node *node)
{
    unsigned minor;
    const enum gst_device_kind kind = gst_device_kind(node->path, &minor);
    const enum gst_finding_id finding = gst_open_finding(node->open_result);

    if (node->node.kind != GST_NODE_CHARACTER) /* D01's */
        return GST_NO_FINDING;
    if (kind == GST_DEVICE_GPU && node->open_result == EPERM && is_excluded(scene, minor))
        return GST_HOST_GPU_EXCLUDED;
    if (kind == GST_DEVICE_GPU && (is_left_over(scene, minor) || is_set_aside(scene, node)))
        return GST_NO_FINDING;
    if (gst_device_is_needed(kind))
        return finding;
    return (kind == GST_DEVICE_UVM_TOOLS || kind == GST_DEVICE_MODESET)
                   && finding == GST_RUNTIME_CGROUP_DENIES
               ? finding
               : GST_NO_FINDING;
}

/* EACCES has a cause in the node itself or in the mount that it lies on. */
static void tell_denied(struct gst_asking *asking, const struct gst_device_node *first,
                        struct gst_paths *paths)
{
    const struct gst_mount *mount = gst_mounts_over(&asking->scene->mounts, first->path);

    gst_found(
        asking, GST_USER_NODE_PERMISSIONS, GST_NO_GPU,
        "open of %s says EACCES; '%s' has mode %03o, user %u, group %u%s", gst_paths_text(paths),
        first->path, first->node.mode, first->node.uid, first->node.gid,
        mount != NULL && gst_mount_has_option(mount, "nodev") ? ", on a mount with nodev" : "");
}

static void tell(struct gst_asking *asking, enum gst_finding_id finding,
                 const struct gst_device_node *first, struct gst_paths *paths)
{
    if (finding == GST_USER_NODE_PERMISSIONS)
        tell_denied(asking, first, paths);
    else if (first->open_result == GST_OPEN_HANGS)
        gst_found(asking, finding, GST_NO_GPU, "open of %s does not return", gst_paths_text(paths));
    else
        gst_found(asking, finding, GST_NO_GPU, "open of %s says %s (%d)", gst_paths_text(paths),
                  gst_errno_name(first->open_result), first->open_result);
}

void gst_ask_node_opens(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    size_t opened = 0, tried = 0, aside = 0;

    if (scene->platform != GST_PLATFORM_LINUX)
        return;
    /* One finding for all nodes with the same cause, told where the first of them is. */
    for (size_t i = 0; i < scene->node_count; i++) {
        const enum gst_finding_id finding = finding_of(scene, &scene->nodes[i]);
        struct gst_paths paths = { 0 };
        bool is_first = true;

        opened += scene->nodes[i].open_result == 0;
        tried += scene->nodes[i].open_result != GST_OPEN_NOT_TRIED;
        aside += is_set_aside(scene, &scene->nodes[i]);
        for (size_t j = 0; j < scene->node_count && finding != GST_NO_FINDING; j++) {
            if (finding_of(scene, &scene->nodes[j]) != finding
                || scene->nodes[j].open_result != scene->nodes[i].open_result)
                continue;
            is_first = is_first && j >= i;
            gst_paths_add(&paths, scene->nodes[j].path);
        }
        if (finding != GST_NO_FINDING && is_first)
            tell(asking, finding, &scene->nodes[i], &paths);
    }
    if (aside > 0)
        gst_told(asking, "gpus_set_aside", "%zu of %zu", aside, gst_count_gpu_nodes(scene));
    if (opened > 0)
        gst_fine(asking, "%zu of %zu nodes open", opened, tried);
}

void gst_ask_access_kept(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_device_node *failed = NULL;
    struct gst_paths lost = { 0 };
    size_t tried = 0;

    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];

        if (node->open_result != 0 || node->open_later == GST_OPEN_NOT_TRIED)
            continue;
        tried++;
        if (node->open_later == EPERM)
            gst_paths_add(&lost, node->path);
        else if (node->open_later != 0 && failed == NULL)
            failed = node;
    }
    if (lost.count > 0)
        gst_found(asking, GST_RUNTIME_ACCESS_LOST, GST_NO_GPU,
                  "open of %s succeeded at first and says EPERM later", gst_paths_text(&lost));
    if (failed != NULL)
        gst_found(asking, GST_HOST_GPU_GONE, GST_NO_GPU,
                  "open of '%s' succeeded at first; a later one says %s", failed->path,
                  failed->open_later == GST_OPEN_HANGS ? "nothing, it does not return"
                                                       : gst_errno_name(failed->open_later));
    if (lost.count == 0 && failed == NULL && tried > 0)
        gst_fine(asking, "%zu nodes that opened open later, too", tried);
}
