/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups W and J: WSL, where one node stands for all GPUs and the driver is Windows', and Jetson,
 * where files that lists name are mounted. Nothing of 195:* is to be expected on either. W03 and
 * J02 of the survey keep containers from starting: they are messages for "explain -".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit/check.h"
#include "audit/process.h"
#include "core/errno_names.h"

#define WSL_NODE "/dev/dxg"

static bool is_gpu_asked_for(const struct gst_scene *scene)
{
    return scene->asked == GST_ASKED_ALL || scene->asked == GST_ASKED_LIST;
}

/* WSL itself, or a container that something was injected into: of the others group A speaks. */
static bool is_wsl_with_gpu(const struct gst_scene *scene)
{
    return scene->platform == GST_PLATFORM_WSL
           && (!scene->is_container || gst_scene_has_injection(scene)
               || gst_view_exists(scene->view, WSL_NODE));
}

static void ask_wsl_node(struct gst_asking *asking)
{
    struct gst_node node;

    if (!is_wsl_with_gpu(asking->scene))
        return;
    if (!gst_view_stat(asking->scene->view, WSL_NODE, &node))
        gst_found(asking, GST_HOST_WSL_NODE, GST_NO_GPU,
                  "this is WSL, and '" WSL_NODE "' is missing");
    else if (node.kind != GST_NODE_CHARACTER)
        gst_found(asking, GST_HOST_WSL_NODE, GST_NO_GPU, "'" WSL_NODE "' is no device");
    else
        gst_fine(asking, "'" WSL_NODE "' is %u:%u", node.major, node.minor);
}

static void ask_wsl_open(struct gst_asking *asking)
{
    const struct gst_device_node *node = gst_scene_node(asking->scene, WSL_NODE);

    if (!is_wsl_with_gpu(asking->scene) || node == NULL || node->node.kind != GST_NODE_CHARACTER
        || node->open_result == GST_OPEN_NOT_TRIED)
        return;
    if (node->open_result == 0)
        gst_fine(asking, "'" WSL_NODE "' opens");
    else if (node->open_result == GST_OPEN_HANGS)
        gst_found(asking, GST_HOST_WSL_NODE, GST_NO_GPU, "opening '" WSL_NODE "' does not end");
    else
        gst_found(asking, GST_HOST_WSL_NODE, GST_NO_GPU, "opening '" WSL_NODE "' says %s",
                  gst_errno_name(node->open_result));
}

/* Windows puts one folder per driver below /usr/lib/wsl/drivers, and links into /usr/lib/wsl/lib;
 * injection mounts the files where the image's loader looks. */
static bool has_wsl_library(const struct gst_scene *scene, const char *name)
{
    struct gst_resolved resolved;
    char path[128];

    snprintf(path, sizeof(path), "/usr/lib/wsl/lib/%s", name);
    if (gst_view_exists(scene->view, path))
        return true;
    gst_scene_resolve_library(scene, name, &resolved);
    return resolved.is_found;
}

static void ask_wsl_driver(struct gst_asking *asking)
{
    static const char *const names[] = { "libdxcore.so", "libcuda.so.1" };

    if (!is_wsl_with_gpu(asking->scene))
        return;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (has_wsl_library(asking->scene, names[i]))
            continue;
        gst_found(asking, GST_HOST_WSL_DRIVER, GST_NO_GPU,
                  "'%s' is neither in '/usr/lib/wsl/lib' nor where the loader looks", names[i]);
        return;
    }
    gst_fine(asking, "libdxcore.so and libcuda.so.1 of the Windows driver are here");
}

/* The lists stay on the host; in the container only what they brought can be seen. */
static void ask_csv_mounts(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (scene->platform != GST_PLATFORM_TEGRA || !scene->is_container)
        return;
    if (scene->injection == GST_INJECTION_CSV)
        gst_fine(asking, "driver files are mounted");
    else if (is_gpu_asked_for(scene))
        gst_found(asking, GST_RUNTIME_CSV_MOUNTS, GST_NO_GPU,
                  "NVIDIA_VISIBLE_DEVICES is '%.64s', but no driver file is mounted in "
                  "'/usr/lib/aarch64-linux-gnu/tegra' or 'nvidia'",
                  scene->asked_text);
}

static void ask_video_group(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_process process;

    gst_process_read(&process, scene->view);
    if (scene->platform != GST_PLATFORM_TEGRA || !process.is_known || process.uid == 0)
        return;
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];

        if (node->node.kind != GST_NODE_CHARACTER || gst_process_may_use(&process, &node->node))
            continue;
        gst_found(asking, GST_USER_VIDEO_GROUP, GST_NO_GPU,
                  "user %u is not in group %u of '%s', whose mode is %03o", process.uid,
                  node->node.gid, node->path, node->node.mode);
        return;
    }
    gst_fine(asking, "user %u may use the nodes", process.uid);
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    snprintf(text, size, "%s", gst_platform_name(scene->platform));
}

static const struct gst_audit_check checks[] = {
    { "W01",
      "On WSL, is /dev/dxg here?",
      GST_STAGE_FILES,
      { GST_HOST_WSL_NODE, GST_NO_FINDING },
      ask_wsl_node },
    { "W02",
      "On WSL, are the libraries of the Windows driver here?",
      GST_STAGE_FILES,
      { GST_HOST_WSL_DRIVER, GST_NO_FINDING },
      ask_wsl_driver },
    { "W04",
      "On WSL, does /dev/dxg open?",
      GST_STAGE_ANSWERS,
      { GST_HOST_WSL_NODE, GST_NO_FINDING },
      ask_wsl_open },
    { "J01",
      "On Jetson, are the driver's files mounted?",
      GST_STAGE_FILES,
      { GST_RUNTIME_CSV_MOUNTS, GST_NO_FINDING },
      ask_csv_mounts },
    { "J03",
      "On Jetson, may this user use the GPU's nodes?",
      GST_STAGE_FILES,
      { GST_USER_VIDEO_GROUP, GST_NO_FINDING },
      ask_video_group },
};

const struct gst_audit_group gst_group_other_platforms = {
    .name = "WSL and Jetson",
    .is_optional = true,
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
