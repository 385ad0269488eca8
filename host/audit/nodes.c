/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group D, device nodes: whether those that are needed are in the container, are the driver's with
 * its numbers, came from the injection and may be opened.
 */
#include "audit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/node_kinds.h"
#include "audit/nodes_asked.h"
#include "audit/nodes_features.h"
#include "audit/nodes_open.h"
#include "audit/process.h"
#include "core/units.h"

/* Of the device cgroup's list; a privileged container has one rule, others some twenty. */
#define RULES_MAX ((size_t)32 << 10)

/* Where the numbers of nodes and /proc/devices are those of one kernel. */
static bool has_numbers(const struct gst_scene *scene)
{
    return scene->platform == GST_PLATFORM_LINUX;
}

/* On a host nodes are made when a program first needs them; what is missing in a container stays
 * away. */
static bool is_injected(const struct gst_scene *scene)
{
    return has_numbers(scene) && gst_scene_has_injection(scene);
}

/* D01 */
static void ask_node_numbers(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    size_t right = 0;

    if (!has_numbers(scene))
        return;
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];
        unsigned minor;
        const enum gst_device_kind kind = gst_device_kind(node->path, &minor);
        const int major = gst_device_major(scene, kind);

        if (kind == GST_DEVICE_OTHER)
            continue;
        if (node->node.kind != GST_NODE_CHARACTER)
            gst_found(asking, GST_USER_NODE_IS_NO_DEVICE, GST_NO_GPU, "'%s' is %s", node->path,
                      node->node.kind == GST_NODE_FOLDER ? "a folder" : "no character device");
        else if (kind == GST_DEVICE_UVM || kind == GST_DEVICE_UVM_TOOLS || major < 0)
            continue; /* D05's */
        else if (node->node.major != (unsigned)major || node->node.minor != minor)
            gst_found(asking, GST_RUNTIME_NODE_NUMBER_WRONG, GST_NO_GPU,
                      "'%s' is %u:%u, the driver's is %d:%u", node->path, node->node.major,
                      node->node.minor, major, minor);
        else
            right++;
    }
    if (right > 0)
        gst_fine(asking, "%zu nodes have the driver's numbers", right);
}

/* D02 */
static void ask_nodes_present(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const size_t gpus = gst_count_gpu_nodes(scene);
    const bool has_control = gst_scene_node(scene, GST_CONTROL_NODE) != NULL;
    /* CDI hides what was asked for; control nodes without a GPU are what 'none' leaves. */
    const bool is_hidden =
        scene->injection == GST_INJECTION_CDI || scene->injection == GST_INJECTION_JIT_CDI;

    if (!is_injected(scene))
        return;
    if (has_control && gpus > 0)
        gst_fine(asking, "'" GST_CONTROL_NODE "' and %zu nodes of GPUs", gpus);
    else if (has_control && (is_hidden || scene->asked == GST_ASKED_NONE))
        gst_found(asking, GST_USER_NO_GPU_SELECTED, GST_NO_GPU,
                  "'" GST_CONTROL_NODE
                  "' is here, but no '/dev/nvidiaN' (NVIDIA_VISIBLE_DEVICES is "
                  "'%.64s')",
                  scene->asked_text != NULL ? scene->asked_text : "");
    else
        gst_found(asking, GST_RUNTIME_DEVICE_NODES, GST_NO_GPU,
                  "driver files are here, but %s '" GST_CONTROL_NODE "' and %zu '/dev/nvidiaN'",
                  has_control ? "only" : "no", gpus);
}

static bool has_minors(const struct gst_scene *scene)
{
    for (int i = 0; i < scene->gpu_count; i++) {
        if (scene->gpus[i].is_in_driver && scene->gpus[i].minor >= 0)
            return true;
    }
    return false;
}

/* D04; with the host's whole /dev nodes are left over from GPUs that went, and harm nobody. */
static void ask_minors(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_paths stale = { 0 };
    size_t count = 0;
    unsigned minor;

    if (!is_injected(scene) || scene->is_privileged || !has_minors(scene))
        return;
    for (size_t i = 0; i < scene->node_count; i++) {
        if (gst_device_kind(scene->nodes[i].path, &minor) != GST_DEVICE_GPU)
            continue;
        count++;
        if (gst_scene_gpu_of_minor(scene, (int)minor) == NULL)
            gst_paths_add(&stale, scene->nodes[i].path);
    }
    if (stale.count > 0)
        gst_found(asking, GST_RUNTIME_MINOR_STALE, GST_NO_GPU,
                  "%s is no 'Device Minor' of the GPUs in '/proc/driver/nvidia/gpus'",
                  gst_paths_text(&stale));
    else if (count > 0)
        gst_fine(asking, "%zu GPU nodes, each the minor of a GPU that the driver lists", count);
}

/* Legacy injection gives these nodes to those alone who get the compute libraries. */
static bool is_uvm_due(const struct gst_scene *scene)
{
    const unsigned compute = GST_CAPABILITY_COMPUTE | GST_CAPABILITY_VIDEO;

    return is_injected(scene) && gst_scene_node(scene, GST_CONTROL_NODE) != NULL
           && (scene->injection != GST_INJECTION_LEGACY || (scene->capabilities & compute) != 0);
}

static bool is_stale(const struct gst_scene *scene, const struct gst_device_node *node)
{
    unsigned minor;

    if (node == NULL || node->node.kind != GST_NODE_CHARACTER || scene->major_uvm < 0)
        return false;
    gst_device_kind(node->path, &minor);
    return node->node.major != (unsigned)scene->major_uvm || node->node.minor != minor;
}

/* D05 */
static void ask_uvm(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_device_node *uvm = gst_scene_node(scene, GST_UVM_NODE);
    const struct gst_device_node *tools = gst_scene_node(scene, GST_UVM_TOOLS_NODE);
    const struct gst_device_node *stale = is_stale(scene, uvm)     ? uvm
                                          : is_stale(scene, tools) ? tools
                                                                   : NULL;

    if (!has_numbers(scene))
        return;
    if (stale != NULL)
        gst_found(asking, GST_RUNTIME_UVM_NODE_STALE, GST_NO_GPU,
                  "'%s' is %u:%u, '/proc/devices' says %d for nvidia-uvm", stale->path,
                  stale->node.major, stale->node.minor, scene->major_uvm);
    else if (uvm != NULL && uvm->node.kind == GST_NODE_CHARACTER && scene->major_uvm >= 0)
        gst_fine(asking, "'" GST_UVM_NODE "' is %u:%u", uvm->node.major, uvm->node.minor);
    else if (uvm == NULL && is_uvm_due(scene) && scene->major_uvm < 0)
        gst_found(asking, GST_RUNTIME_UVM_NODE_MISSING, GST_NO_GPU,
                  "no '" GST_UVM_NODE "', and no nvidia-uvm in '/proc/devices'");
    else if (uvm == NULL && is_uvm_due(scene))
        gst_found(asking, GST_RUNTIME_UVM_NODE_MISSING, GST_NO_GPU,
                  "no '" GST_UVM_NODE "', though the host has nvidia-uvm with major %d",
                  scene->major_uvm);
}

/* D06 */
static void ask_uvm_tools(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!is_uvm_due(scene) || gst_scene_node(scene, GST_UVM_NODE) == NULL)
        return;
    if (gst_scene_node(scene, GST_UVM_TOOLS_NODE) == NULL)
        gst_found(asking, GST_RUNTIME_UVM_TOOLS_MISSING, GST_NO_GPU,
                  "'" GST_UVM_NODE "' is here, '" GST_UVM_TOOLS_NODE "' is not");
    else
        gst_fine(asking, "'" GST_UVM_TOOLS_NODE "' is here");
}

/* D08: engines give a container a /dev of its own; a node without one lies in the image. */
static void ask_baked_nodes(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_paths baked = { 0 };
    unsigned minor;

    if (!scene->is_container || !has_numbers(scene))
        return;
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];
        const struct gst_mount *over = gst_mounts_over(&scene->mounts, node->path);

        if (gst_device_kind(node->path, &minor) != GST_DEVICE_OTHER
            && node->node.kind == GST_NODE_CHARACTER && over != NULL
            && strcmp(over->point, "/") == 0)
            gst_paths_add(&baked, node->path);
    }
    if (baked.count > 0)
        gst_found(asking, GST_IMAGE_DEVICE_NODES, GST_NO_GPU,
                  "%s on the root file system of the image", gst_paths_text(&baked));
    else if (scene->node_count > 0)
        gst_fine(asking, "no node on the root file system");
}

/* One rule of the version 1 device cgroup: "c 195:255 rw", "a *:* rwm". */
static bool does_rule_allow(const char *line, unsigned major, unsigned minor)
{
    char type, access[4];
    char rule[48], majors[12], minors[12], wanted[12];
    const size_t length = strcspn(line, "\n");

    /* sscanf measures all that follows, which is the rest of the list. */
    snprintf(rule, sizeof(rule), "%.*s", (int)(length < sizeof(rule) ? length : sizeof(rule)),
             line);
    if (sscanf(rule, "%c %11[0-9*]:%11[0-9*] %3s", &type, majors, minors, access) != 4
        || (type != 'c' && type != 'a') || strchr(access, 'r') == NULL
        || strchr(access, 'w') == NULL)
        return false;
    snprintf(wanted, sizeof(wanted), "%u", major);
    if (strcmp(majors, "*") != 0 && strcmp(majors, wanted) != 0)
        return false;
    snprintf(wanted, sizeof(wanted), "%u", minor);
    return strcmp(minors, "*") == 0 || strcmp(minors, wanted) == 0;
}

static bool is_allowed(const char *rules, const struct gst_node *node)
{
    for (const char *rule = rules; *rule != '\0'; rule += strcspn(rule, "\n")) {
        rule += strspn(rule, "\n");
        if (does_rule_allow(rule, node->major, node->minor))
            return true;
    }
    return false;
}

/* D09: only version 1 can be read; version 2 keeps its rules in a program of the kernel, and
 * opening a node is the only way to ask it. */
static void ask_cgroup_rules(struct gst_asking *asking)
{
    static const char list[] = "/sys/fs/cgroup/devices/devices.list";
    const struct gst_scene *scene = asking->scene;
    struct gst_paths denied = { 0 };
    size_t allowed = 0, size;
    char *rules = scene->is_container ? gst_view_load(scene->view, list, RULES_MAX, &size) : NULL;

    if (rules == NULL || rules[0] == '\0') {
        free(rules);
        return;
    }
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];
        unsigned minor;

        if (!gst_device_is_needed(gst_device_kind(node->path, &minor))
            || node->node.kind != GST_NODE_CHARACTER)
            continue;
        if (is_allowed(rules, &node->node))
            allowed++;
        else
            gst_paths_add(&denied, node->path);
    }
    free(rules);
    if (denied.count > 0)
        gst_found(asking, GST_RUNTIME_CGROUP_DENIES, GST_NO_GPU, "'%s' has no rule for %s", list,
                  gst_paths_text(&denied));
    else if (allowed > 0)
        gst_fine(asking, "'%s' allows %zu nodes", list, allowed);
}

/* D10: systemd's driver loses rules on daemon-reload that it was not told of. */
static void tell_cgroup_driver(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    char text[4096];
    const char *path;

    if (!scene->is_container
        || !gst_view_read(scene->view, "/proc/self/cgroup", text, sizeof(text)))
        return;
    if (strstr(text, ".scope") != NULL || strstr(text, ".slice") != NULL) {
        gst_told(asking, "cgroup_driver", "systemd");
        return;
    }
    /* With a namespace of its own every path is "/", which tells nothing. */
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        path = strchr(line, ':');
        path = path != NULL ? strchr(path + 1, ':') : NULL;
        if (path != NULL && path[1] == '/' && path[2] != '\0' && path[2] != '\n') {
            gst_told(asking, "cgroup_driver", "cgroupfs");
            return;
        }
    }
}

/* D15 */
static void ask_privileged(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!scene->is_container || scene->injection == GST_INJECTION_NONE)
        return;
    if (scene->is_privileged)
        gst_found(asking, GST_USER_PRIVILEGED, GST_NO_GPU,
                  "nodes of the host that no GPU needs are here, beside %zu nodes of GPUs",
                  gst_count_gpu_nodes(scene));
    else
        gst_fine(asking, "no nodes of the host but those of its GPUs");
}

/* D17: what a run without root can be told before it opens anything. In a user namespace the ids
 * that files show say too little. */
static void ask_modes(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_device_node *first = NULL;
    struct gst_paths closed = { 0 };
    struct gst_process process;
    unsigned minor;

    gst_process_read(&process, scene->view);
    if (!process.is_known || process.uid == 0 || scene->has_user_namespace
        || scene->platform != GST_PLATFORM_LINUX)
        return;
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];

        if (node->node.kind != GST_NODE_CHARACTER
            || !gst_device_is_needed(gst_device_kind(node->path, &minor))
            || gst_process_may_use(&process, &node->node))
            continue;
        first = first != NULL ? first : node;
        gst_paths_add(&closed, node->path);
    }
    if (first != NULL)
        gst_found(asking, GST_USER_NODE_PERMISSIONS, GST_NO_GPU,
                  "user %u may not open %s; '%s' has mode %03o, user %u, group %u", process.uid,
                  gst_paths_text(&closed), first->path, first->node.mode, first->node.uid,
                  first->node.gid);
    else if (scene->node_count > 0)
        gst_fine(asking, "user %u may open the nodes that CUDA needs", process.uid);
}

static const struct gst_audit_check checks[] = {
    { "D01",
      "Do the nodes have the driver's numbers?",
      GST_STAGE_FILES,
      { GST_RUNTIME_NODE_NUMBER_WRONG, GST_USER_NODE_IS_NO_DEVICE },
      ask_node_numbers },
    { "D02",
      "Are the control node and a GPU's node here?",
      GST_STAGE_FILES,
      { GST_RUNTIME_DEVICE_NODES, GST_USER_NO_GPU_SELECTED },
      ask_nodes_present },
    { "D03",
      "Is there a node for each GPU that was asked for?",
      GST_STAGE_FILES,
      { GST_RUNTIME_FEWER_GPUS, GST_RUNTIME_OTHER_GPUS },
      gst_ask_gpus_asked },
    { "D04",
      "Is each GPU node that of a GPU which the driver lists?",
      GST_STAGE_FILES,
      { GST_RUNTIME_MINOR_STALE },
      ask_minors },
    { "D05",
      "Is '/dev/nvidia-uvm' here, with the number that the host has now?",
      GST_STAGE_FILES,
      { GST_RUNTIME_UVM_NODE_STALE, GST_RUNTIME_UVM_NODE_MISSING },
      ask_uvm },
    { "D06",
      "Is '/dev/nvidia-uvm-tools' here?",
      GST_STAGE_FILES,
      { GST_RUNTIME_UVM_TOOLS_MISSING },
      ask_uvm_tools },
    { "D07",
      "Do the nodes open?",
      GST_STAGE_ANSWERS,
      { GST_RUNTIME_DEVICE_NODES, GST_RUNTIME_CGROUP_DENIES, GST_HOST_GPU_EXCLUDED,
        GST_USER_NODE_PERMISSIONS, GST_HOST_NO_DRIVER_BEHIND_NODE, GST_HOST_GPU_GONE,
        GST_HOST_ADAPTER_FAILED, GST_HOST_GPU_UNAVAILABLE, GST_HOST_OPEN_FAILED,
        GST_HOST_DRIVER_HANG },
      gst_ask_node_opens },
    { "D08",
      "Does the image hold device nodes of its own?",
      GST_STAGE_FILES,
      { GST_IMAGE_DEVICE_NODES },
      ask_baked_nodes },
    { "D09",
      "Does the device cgroup have rules for the nodes (version 1)?",
      GST_STAGE_FILES,
      { GST_RUNTIME_CGROUP_DENIES },
      ask_cgroup_rules },
    { "D10",
      "Who manages the cgroups, systemd or the engine?",
      GST_STAGE_FILES,
      { GST_NO_FINDING },
      tell_cgroup_driver },
    { "D11",
      "Does a GPU in MIG mode have instances, and are their nodes here?",
      GST_STAGE_ANSWERS,
      { GST_RUNTIME_MIG_NODES_MISSING, GST_HOST_MIG_WITHOUT_INSTANCES },
      gst_ask_mig },
    { "D12",
      "Are the IMEX channels here that were asked for?",
      GST_STAGE_FILES,
      { GST_RUNTIME_IMEX_MISSING },
      gst_ask_imex },
    { "D13",
      "Are the nodes of GDS, GDRCopy, MOFED and NVSwitch here, where asked for?",
      GST_STAGE_FILES,
      { GST_RUNTIME_FEATURE_MISSING },
      gst_ask_features },
    { "D14",
      "Are render nodes here, where graphics was asked for?",
      GST_STAGE_FILES,
      { GST_RUNTIME_RENDER_NODES },
      gst_ask_render_nodes },
    { "D15",
      "Does the container see no more devices than it was given?",
      GST_STAGE_FILES,
      { GST_USER_PRIVILEGED },
      ask_privileged },
    { "D16",
      "Do nodes that opened still open later?",
      GST_STAGE_ANSWERS,
      { GST_RUNTIME_ACCESS_LOST, GST_HOST_GPU_GONE },
      gst_ask_access_kept },
    { "D17",
      "Do the modes of the nodes let this user open them?",
      GST_STAGE_FILES,
      { GST_USER_NODE_PERMISSIONS },
      ask_modes },
};

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    snprintf(text, size, "%zu nodes, %zu of them GPUs%s", scene->node_count,
             gst_count_gpu_nodes(scene), scene->answers.is_asked ? "" : ", none opened");
}

const struct gst_audit_group gst_group_nodes = {
    .name = "device nodes",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
