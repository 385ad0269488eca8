/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that only some containers need; see nodes_features.h. */
#include "audit/nodes_features.h"

#include <stdio.h>
#include <string.h>

#include "audit/field.h"
#include "audit/node_kinds.h"
#include "core/units.h"

#define WORD_SIZE 48
#define RENDER    "renderD"

/* Takes the next word of a list off its front: "0,1" gives "0". False at the end. */
static bool next_word(const char **list, char *word, size_t size)
{
    size_t length;

    *list += strspn(*list, ", ");
    length = strcspn(*list, ", ");
    if (length == 0)
        return false;
    snprintf(word, size, "%.*s", (int)(length < size ? length : size - 1), *list);
    *list += length;
    return true;
}

struct search {
    const char *prefix;
    size_t count;
};

static bool count_matching(const char *name, void *data)
{
    struct search *search = data;

    search->count += strncmp(name, search->prefix, strlen(search->prefix)) == 0;
    return true;
}

/* How many names in a folder begin so; 0 if there is no such folder. */
static size_t count_names(const struct gst_view *view, const char *folder, const char *prefix)
{
    struct search search = { .prefix = prefix };

    gst_view_list(view, folder, count_matching, &search);
    return search.count;
}

/* An instance of a GPU, by the file that tells the number of its node. */
struct instances {
    const struct gst_scene *scene;
    char folder[96]; /* "/proc/driver/nvidia/capabilities/gpu0/mig" */
    size_t count;
    size_t count_here; /* whose node is in /dev/nvidia-caps */
};

static bool find_instance(const char *name, void *data)
{
    struct instances *instances = data;
    char path[192], text[16];
    uint64_t minor;

    if (strncmp(name, "gi", 2) != 0)
        return true;
    instances->count++;
    snprintf(path, sizeof(path), "%s/%.32s/access", instances->folder, name);
    if (!gst_field_read(instances->scene->view, path, "DeviceFileMinor", text, sizeof(text))
        || !gst_parse_unsigned(text, &minor))
        return true;
    snprintf(path, sizeof(path), "/dev/nvidia-caps/nvidia-cap%llu", (unsigned long long)minor);
    instances->count_here += gst_scene_node(instances->scene, path) != NULL;
    return true;
}

/* CUDA lists an instance at its GPU's place on the bus, and the GPU itself not at all. */
static bool has_usable_instance(const struct gst_answers *answers, const struct gst_answer_gpu *gpu)
{
    for (int i = 0; i < answers->cuda_gpu_count; i++) {
        if (strcmp(answers->cuda_gpus[i].pci_id, gpu->pci_id) == 0)
            return true;
    }
    return false;
}

/* The instances of a GPU are listed in /proc; in a legacy container only those that were asked
 * for. */
static void ask_mig_gpu(struct gst_asking *asking, const struct gst_answer_gpu *gpu)
{
    const struct gst_scene *scene = asking->scene;
    struct instances instances = { .scene = scene };
    bool is_listed;

    snprintf(instances.folder, sizeof(instances.folder),
             "/proc/driver/nvidia/capabilities/gpu%d/mig", gpu->minor);
    is_listed = gst_view_list(scene->view, instances.folder, find_instance, &instances);
    if (is_listed && instances.count == 0)
        gst_found(asking, GST_HOST_MIG_WITHOUT_INSTANCES, GST_NO_GPU,
                  "NVML says MIG mode of '%s' is on, and '%s' lists no instance", gpu->pci_id,
                  instances.folder);
    else if (instances.count_here == 0)
        gst_found(asking, GST_RUNTIME_MIG_NODES_MISSING, GST_NO_GPU,
                  "NVML says MIG mode of '%s' is on with %zu instances in sight; none has its node "
                  "in '/dev/nvidia-caps'",
                  gpu->pci_id, instances.count);
    else
        gst_fine(asking, "%zu instances of '%s' have their nodes", instances.count_here,
                 gpu->pci_id);
}

void gst_ask_mig(struct gst_asking *asking)
{
    const struct gst_answers *answers = &asking->scene->answers;

    if (asking->scene->platform != GST_PLATFORM_LINUX || !answers->is_asked)
        return;
    for (int i = 0; i < answers->nvml_gpu_count; i++) {
        const struct gst_answer_gpu *gpu = &answers->nvml_gpus[i];

        if (gpu->is_mig && !has_usable_instance(answers, gpu))
            ask_mig_gpu(asking, gpu);
        else if (gpu->is_mig)
            gst_fine(asking, "CUDA lists an instance of '%s'", gpu->pci_id);
    }
}

/* Channels asked for are numbers in the variable ("all" is not taken there), or mounts. */
struct channels {
    const struct gst_scene *scene;
    size_t count;
    struct gst_paths missing;
};

static bool ask_channel(const char *name, void *data)
{
    struct channels *channels = data;
    uint64_t number;
    struct gst_node node;
    char path[64];

    if (!gst_parse_unsigned(name, &number))
        return true;
    channels->count++;
    snprintf(path, sizeof(path), "/dev/nvidia-caps-imex-channels/channel%llu",
             (unsigned long long)number);
    if (!gst_view_stat(channels->scene->view, path, &node))
        gst_paths_add(&channels->missing, path);
    return true;
}

void gst_ask_imex(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const char *list = gst_view_env(scene->view, "NVIDIA_IMEX_CHANNELS");
    struct channels channels = { .scene = scene };
    char word[WORD_SIZE];

    if (scene->injection == GST_INJECTION_NONE)
        return;
    while (list != NULL && next_word(&list, word, sizeof(word)))
        ask_channel(word, &channels);
    gst_view_list(scene->view, "/var/run/nvidia-container-devices/imex", ask_channel, &channels);
    if (channels.missing.count > 0)
        gst_found(asking, GST_RUNTIME_IMEX_MISSING, GST_NO_GPU, "%zu channels asked for, no %s",
                  channels.count, gst_paths_text(&channels.missing));
    else if (channels.count > 0)
        gst_fine(asking, "%zu channels asked for, all are here", channels.count);
}

struct feature {
    const char *variable;
    const char *folder;
    const char *prefix; /* of its nodes' names */
};

/* nvidia-container-toolkit, gated modifiers; what they mount. */
static const struct feature features[] = {
    { "NVIDIA_GDS", "/dev", "nvidia-fs" },
    { "NVIDIA_GDRCOPY", "/dev", "gdrdrv" },
    { "NVIDIA_MOFED", "/dev/infiniband", "uverbs" },
    { "NVIDIA_NVSWITCH", "/dev", "nvidia-nvswitch" },
};

void gst_ask_features(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    size_t count = 0;

    if (scene->injection == GST_INJECTION_NONE)
        return;
    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        const struct feature *feature = &features[i];
        const char *value = gst_view_env(scene->view, feature->variable);

        if (value == NULL || strcmp(value, "enabled") != 0)
            continue;
        count++;
        if (count_names(scene->view, feature->folder, feature->prefix) == 0)
            gst_found(asking, GST_RUNTIME_FEATURE_MISSING, GST_NO_GPU,
                      "%s is 'enabled', and there is no '%s/%s*'", feature->variable,
                      feature->folder, feature->prefix);
    }
    if (count > 0)
        gst_fine(asking, "%zu features asked for, their nodes are here", count);
}

/* 'all' asks for everything that there is, not for graphics. */
static bool is_graphics_asked(const struct gst_scene *scene)
{
    const char *list = gst_view_env(scene->view, "NVIDIA_DRIVER_CAPABILITIES");
    char word[WORD_SIZE];

    while (list != NULL && next_word(&list, word, sizeof(word))) {
        if (strcmp(word, "graphics") == 0 || strcmp(word, "display") == 0)
            return true;
    }
    return false;
}

struct render_nodes {
    const struct gst_view *view;
    size_t count;
};

static bool count_nvidia_render(const char *name, void *data)
{
    struct render_nodes *nodes = data;
    char path[128], vendor[16];

    snprintf(path, sizeof(path), "/sys/class/drm/%.64s/device/vendor", name);
    nodes->count += strncmp(name, RENDER, strlen(RENDER)) == 0
                    && gst_view_read(nodes->view, path, vendor, sizeof(vendor))
                    && strcmp(vendor, GST_PCI_VENDOR) == 0;
    return true;
}

void gst_ask_render_nodes(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const size_t here = count_names(scene->view, "/dev/dri", RENDER);
    struct render_nodes on_host = { .view = scene->view };

    gst_view_list(scene->view, "/sys/class/drm", count_nvidia_render, &on_host);
    /* Without DRM on the host (nvidia-drm not loaded) there is nothing to inject. */
    if (scene->platform != GST_PLATFORM_LINUX || scene->injection == GST_INJECTION_NONE
        || scene->injection == GST_INJECTION_HOST || !is_graphics_asked(scene)
        || on_host.count == 0)
        return;
    if (here == 0)
        gst_found(asking, GST_RUNTIME_RENDER_NODES, GST_NO_GPU,
                  "graphics was asked for, the host's driver has %zu render nodes and '/dev/dri' "
                  "has none",
                  on_host.count);
    else
        gst_fine(asking, "%zu render nodes in '/dev/dri'", here);
}
