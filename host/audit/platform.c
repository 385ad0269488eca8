/* SPDX-License-Identifier: Apache-2.0 */
/* Group A: where this runs, and what was asked for by flags and environment. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/compat.h"
#include "audit/demands.h"
#include "audit/own_gpus.h"
#include "audit/process.h"
#include "audit/visible.h"
#include "core/units.h"

#define ID_LENGTH 64 /* engines name containers by 64 hexadecimal digits */

/* A sandbox shows a host of its own making: what is not there says nothing. */
static bool is_sandbox(const struct gst_scene *scene)
{
    return scene->platform == GST_PLATFORM_GVISOR || scene->platform == GST_PLATFORM_KATA;
}

static bool is_injected(const struct gst_scene *scene)
{
    return scene->injection != GST_INJECTION_NONE
           || (scene->platform == GST_PLATFORM_WSL && gst_view_exists(scene->view, "/dev/dxg"));
}

/* Names of containers in one line of /proc/self/cgroup: two are one inside the other. */
static int count_containers(const char *line, size_t length)
{
    int count = 0;
    size_t digits = 0;

    for (size_t i = 0; i <= length; i++) {
        if (i < length && isxdigit((unsigned char)line[i])) {
            digits++;
            continue;
        }
        count += digits == ID_LENGTH;
        digits = 0;
    }
    return count;
}

/* The engine itself is a fact of every audit; here is what it stands in. */
static void ask_container(struct gst_asking *asking)
{
    char text[8192];
    int most = 0;

    gst_view_read(asking->scene->view, "/proc/self/cgroup", text, sizeof(text));
    for (const char *line = text; *line != '\0'; line += *line == '\n') {
        const size_t length = strcspn(line, "\n");
        const int count = count_containers(line, length);

        most = count > most ? count : most;
        line += length;
    }
    if (most > 1)
        gst_told(asking, "containers_nested", "%d", most);
}

static void ask_platform(struct gst_asking *asking)
{
    char text[160];

    if (gst_view_read(asking->scene->view, "/proc/version", text, sizeof(text)))
        gst_told(asking, "kernel", "%.*s", (int)strcspn(text, "(\n"), text);
}

/* A node that belongs to nobody here is normal in a rootless container: it is worth a note only
 * where its mode then keeps everybody out but the group that it had on the host. */
static void ask_user_namespace(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    char map[256];

    if (!scene->has_user_namespace)
        return;
    gst_view_read(scene->view, "/proc/self/uid_map", map, sizeof(map));
    gst_told(asking, "user_namespace", "%.*s", (int)strcspn(map, "\n"), map);
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];

        if (node->node.kind != GST_NODE_CHARACTER || node->node.uid != GST_PROCESS_NOBODY
            || (node->node.mode & 06) == 06)
            continue;
        gst_found(asking, GST_USER_NAMESPACE, GST_NO_GPU,
                  "'%s' belongs to nobody in this user namespace, and its mode %03o lets others "
                  "not read and write it",
                  node->path, node->node.mode);
        return;
    }
    gst_fine(asking, "a user namespace, in which the GPUs' nodes are open to all");
}

/* CDI injects the driver and control nodes for 'none', too, and overwrites the variable. */
static bool is_none_injected(const struct gst_scene *scene)
{
    struct gst_own_gpus own;

    gst_own_gpus_find(&own, scene);
    return scene->platform == GST_PLATFORM_LINUX && scene->asked == GST_ASKED_VOID && own.count == 0
           && gst_scene_node(scene, "/dev/nvidiactl") != NULL;
}

static void ask_requested(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const bool is_unset = scene->asked == GST_ASKED_UNSET || scene->asked == GST_ASKED_EMPTY;

    if (!scene->is_container || is_sandbox(scene))
        return;
    if (scene->asked == GST_ASKED_NONE)
        gst_found(asking, GST_USER_NO_GPU_SELECTED, GST_NO_GPU, "NVIDIA_VISIBLE_DEVICES is 'none'");
    else if (is_none_injected(scene))
        gst_found(asking, GST_USER_NO_GPU_SELECTED, GST_NO_GPU,
                  "'/dev/nvidiactl' and the driver's files were injected, but no '/dev/nvidiaN'");
    else if (is_unset && !is_injected(scene))
        gst_found(asking, GST_USER_NO_GPUS_REQUESTED, GST_NO_GPU,
                  "NVIDIA_VISIBLE_DEVICES is %s, and no driver file or node was injected",
                  scene->asked == GST_ASKED_UNSET ? "not set" : "empty");
    else
        gst_fine(asking, "NVIDIA_VISIBLE_DEVICES is %s%.64s%s", is_unset ? "not set" : "'",
                 is_unset ? "" : scene->asked_text, is_unset ? "" : "'");
}

/* CDI sets 'void' so that no hook injects a second time: an alarm only if nobody did the first. */
static void ask_void(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!scene->is_container || scene->asked != GST_ASKED_VOID || is_sandbox(scene))
        return;
    if (is_injected(scene))
        gst_fine(asking, "NVIDIA_VISIBLE_DEVICES is 'void', and %s injected",
                 gst_injection_name(scene->injection));
    else
        gst_found(asking, GST_RUNTIME_VOID, GST_NO_GPU,
                  "NVIDIA_VISIBLE_DEVICES is 'void', and no driver file or node was injected");
}

/* CDI injects everything, whatever the variable says. The capability video brings libcuda and the
 * nodes of UVM along. */
static void ask_capabilities(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const char *text = gst_view_env(scene->view, "NVIDIA_DRIVER_CAPABILITIES");

    if (!scene->has_capabilities || text == NULL || scene->injection != GST_INJECTION_LEGACY)
        return;
    if ((scene->capabilities & (GST_CAPABILITY_COMPUTE | GST_CAPABILITY_VIDEO)) == 0)
        gst_found(asking, GST_USER_CAPABILITIES, GST_NO_GPU,
                  "NVIDIA_DRIVER_CAPABILITIES is '%.64s': legacy injection then leaves out libcuda "
                  "and '/dev/nvidia-uvm'",
                  text);
    else
        gst_fine(asking, "NVIDIA_DRIVER_CAPABILITIES is '%.64s'", text);
}

static void ask_demands(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_compat compat;
    struct gst_demands demands;
    struct gst_offer offer;

    if (is_sandbox(scene))
        return;
    gst_compat_find(&compat, scene);
    gst_offer_make(&offer, scene, gst_compat_cuda_in_effect(&compat, scene));
    gst_demands_judge(&demands, scene, &offer);
    if (demands.count == 0)
        return;
    if (demands.verdict == GST_REQUIREMENT_UNMET && gst_demands_are_disabled(scene))
        gst_found(asking, GST_USER_REQUIREMENT_DISABLED, GST_NO_GPU,
                  "NVIDIA_DISABLE_REQUIRE is set, and the driver %s of CUDA %s does not meet '%s' "
                  "of %s",
                  scene->module_version, offer.cuda, demands.text, demands.variable);
    else if (gst_demands_are_disabled(scene))
        gst_told(asking, "requirement", "switched off by NVIDIA_DISABLE_REQUIRE");
    else if (demands.verdict == GST_REQUIREMENT_INVALID)
        gst_found(asking, GST_IMAGE_REQUIREMENT_INVALID, GST_NO_GPU, "%s cannot be read: %s",
                  demands.variable, demands.text);
    else if (demands.verdict == GST_REQUIREMENT_UNMET)
        gst_found(asking, GST_HOST_REQUIREMENT_UNMET, GST_NO_GPU,
                  "%s wants '%s', the driver is %s of CUDA %s", demands.variable, demands.text,
                  scene->module_version[0] != '\0' ? scene->module_version : "unknown",
                  offer.cuda[0] != '\0' ? offer.cuda : "unknown");
    else if (demands.verdict == GST_REQUIREMENT_MET)
        gst_fine(asking, "%s is met by '%s'", demands.variable, demands.text);
    else
        gst_told(asking, "requirement", "%.40s depends on what files do not tell: %.80s",
                 demands.variable, demands.text);
}

static void ask_visible_devices(struct gst_asking *asking)
{
    const char *value = gst_view_env(asking->scene->view, "CUDA_VISIBLE_DEVICES");
    const char *uuids[GST_SCENE_GPUS];
    struct gst_own_gpus own;
    char entry[80];
    int shown = 0;

    gst_own_gpus_find(&own, asking->scene);
    if (value == NULL || own.count == 0)
        return;
    for (int i = 0; i < own.count; i++)
        uuids[i] = own.gpus[i] == NULL ? "" : own.gpus[i]->uuid;
    switch (gst_visible_judge(value, uuids, own.count, &shown, entry, sizeof(entry))) {
    case GST_VISIBLE_ALL:
        gst_fine(asking, "CUDA_VISIBLE_DEVICES is '%.64s': all %d GPUs", value, own.count);
        break;
    case GST_VISIBLE_SOME:
        gst_found(asking, GST_USER_VISIBLE_DEVICES, GST_NO_GPU,
                  "CUDA_VISIBLE_DEVICES is '%.64s' and leaves %d of %d GPUs", value, shown,
                  own.count);
        break;
    case GST_VISIBLE_NONE:
        gst_found(asking, GST_USER_ALL_GPUS_HIDDEN, GST_NO_GPU,
                  "CUDA_VISIBLE_DEVICES is '%.64s' and leaves none of %d GPU%s", value, own.count,
                  gst_plural(own.count));
        break;
    case GST_VISIBLE_INVALID:
        gst_found(asking, GST_USER_VISIBLE_DEVICES_INVALID, GST_NO_GPU,
                  "CUDA_VISIBLE_DEVICES is '%.64s', but '%s' is none of the %d GPUs here, or named "
                  "twice",
                  value, entry, own.count);
        break;
    case GST_VISIBLE_UNKNOWN:
        gst_told(asking, "cuda_visible_devices", "%.64s", value);
        break;
    }
}

/* Variables of the CUDA programming guide and of the MPS documentation that change results or
 * speed. `harmless` is the value that leaves things as they are. Those without an effect are set by
 * images and launchers as a matter of course, and only told. */
static const struct {
    const char *name, *harmless, *effect;
} cuda_variables[] = {
    { "CUDA_LAUNCH_BLOCKING", "0", "each launch waits for its end" },
    { "CUDA_FORCE_PTX_JIT", "0", "kernels are compiled anew from PTX" },
    { "CUDA_DISABLE_PTX_JIT", "0", "kernels that are there as PTX alone do not load" },
    { "CUDA_DISABLE_JIT", "0", "kernels that are there as PTX alone do not load" },
    { "CUDA_DEVICE_WAITS_ON_EXCEPTION", "0", "a fault stops the program for a debugger" },
    { "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", "100", "programs get a part of the multiprocessors" },
    { "NVIDIA_TF32_OVERRIDE", NULL, "libraries compute with another precision" },
    { "CUDA_INJECTION64_PATH", NULL, "a tool is loaded into each program" },
    { "CUDA_CACHE_DISABLE", NULL, NULL },
    { "CUDA_CACHE_PATH", NULL, NULL },
    { "CUDA_DEVICE_MAX_CONNECTIONS", NULL, NULL },
    { "CUDA_DEVICE_ORDER", NULL, NULL },
    { "CUDA_MODULE_LOADING", NULL, NULL },
    { "CUDA_VERSION", NULL, NULL },
};

static void tell_variable(struct gst_asking *asking, const char *name, const char *value)
{
    char key[40];

    snprintf(key, sizeof(key), "%s", name);
    for (char *at = key; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    gst_told(asking, key, "%.128s", value);
}

static void ask_cuda_environment(struct gst_asking *asking)
{
    for (size_t i = 0; i < sizeof(cuda_variables) / sizeof(cuda_variables[0]); i++) {
        const char *value = gst_view_env(asking->scene->view, cuda_variables[i].name);

        if (value == NULL)
            continue;
        tell_variable(asking, cuda_variables[i].name, value);
        if (cuda_variables[i].effect == NULL || value[0] == '\0'
            || (cuda_variables[i].harmless != NULL
                && strcmp(value, cuda_variables[i].harmless) == 0))
            continue;
        gst_found(asking, GST_USER_CUDA_ENVIRONMENT, GST_NO_GPU, "%s is '%.64s': %s",
                  cuda_variables[i].name, value, cuda_variables[i].effect);
    }
    gst_fine(asking, "no variable that changes results or speed is set");
}

/* Words that can only mean that the feature is not wanted are as good as no variable. */
static bool is_switched_off(const char *value)
{
    static const char *const words[] = { "", "0", "disabled", "false", "no", "none", "off" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0)
            return true;
    }
    return false;
}

static void ask_features(struct gst_asking *asking)
{
    static const char *const names[] = { "NVIDIA_GDS", "NVIDIA_GDRCOPY", "NVIDIA_MOFED",
                                         "NVIDIA_NVSWITCH" };
    int enabled = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = gst_view_env(asking->scene->view, names[i]);

        if (value == NULL || is_switched_off(value))
            continue;
        if (strcmp(value, "enabled") == 0)
            enabled++;
        else
            gst_found(asking, GST_USER_FEATURE_VALUE, GST_NO_GPU, "%s is '%.64s'", names[i], value);
    }
    if (enabled > 0)
        gst_fine(asking, "%d of 4 features are 'enabled'", enabled);
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    snprintf(text, size, "%s on %s, NVIDIA_VISIBLE_DEVICES %.64s",
             scene->is_container ? gst_engine_name(scene->engine) : "no container",
             gst_platform_name(scene->platform),
             scene->asked == GST_ASKED_UNSET ? "not set" : scene->asked_text);
}

static const struct gst_audit_check checks[] = {
    { "A01",
      "Is this container inside another?",
      GST_STAGE_FILES,
      { GST_NO_FINDING },
      ask_container },
    { "A02", "Which kernel is this?", GST_STAGE_FILES, { GST_NO_FINDING }, ask_platform },
    { "A03",
      "Do the GPUs' nodes stay usable in this user namespace?",
      GST_STAGE_FILES,
      { GST_USER_NAMESPACE, GST_NO_FINDING },
      ask_user_namespace },
    { "A04",
      "Were GPUs asked for?",
      GST_STAGE_FILES,
      { GST_USER_NO_GPUS_REQUESTED, GST_USER_NO_GPU_SELECTED, GST_NO_FINDING },
      ask_requested },
    { "A05",
      "Where NVIDIA_VISIBLE_DEVICES is 'void', did something else inject?",
      GST_STAGE_FILES,
      { GST_RUNTIME_VOID, GST_NO_FINDING },
      ask_void },
    { "A06",
      "Does NVIDIA_DRIVER_CAPABILITIES hold compute?",
      GST_STAGE_FILES,
      { GST_USER_CAPABILITIES, GST_NO_FINDING },
      ask_capabilities },
    { "A07",
      "Does the driver meet the image's NVIDIA_REQUIRE_* variables?",
      GST_STAGE_FILES,
      { GST_HOST_REQUIREMENT_UNMET, GST_IMAGE_REQUIREMENT_INVALID, GST_USER_REQUIREMENT_DISABLED,
        GST_NO_FINDING },
      ask_demands },
    { "A08",
      "Does CUDA_VISIBLE_DEVICES name GPUs that are here?",
      GST_STAGE_FILES,
      { GST_USER_VISIBLE_DEVICES, GST_USER_VISIBLE_DEVICES_INVALID, GST_USER_ALL_GPUS_HIDDEN,
        GST_NO_FINDING },
      ask_visible_devices },
    { "A09",
      "Which variables change how CUDA behaves?",
      GST_STAGE_FILES,
      { GST_USER_CUDA_ENVIRONMENT, GST_NO_FINDING },
      ask_cuda_environment },
    { "A10",
      "Are the variables of extra features 'enabled' or not set?",
      GST_STAGE_FILES,
      { GST_USER_FEATURE_VALUE, GST_NO_FINDING },
      ask_features },
};

const struct gst_audit_group gst_group_platform = {
    .name = "platform and request",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
