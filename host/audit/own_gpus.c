/* SPDX-License-Identifier: Apache-2.0 */
/* From nodes to GPUs by the minor number; see own_gpus.h. */
#include "audit/own_gpus.h"

#include <stdlib.h>
#include <string.h>

/* -1 if it is no node of a GPU: "/dev/nvidiactl", "/dev/nvidia-uvm". */
static int minor_of(const struct gst_device_node *node)
{
    static const char prefix[] = "/dev/nvidia";
    const char *digits = node->path + sizeof(prefix) - 1;

    if (strncmp(node->path, prefix, sizeof(prefix) - 1) != 0
        || node->node.kind != GST_NODE_CHARACTER || digits[0] == '\0'
        || strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 3)
        return -1;
    return atoi(digits);
}

static const struct gst_scene_gpu *by_minor(const struct gst_scene *scene, int minor)
{
    for (int i = 0; i < scene->gpu_count; i++) {
        if (scene->gpus[i].is_in_driver && scene->gpus[i].minor == minor)
            return &scene->gpus[i];
    }
    return NULL;
}

void gst_own_gpus_find(struct gst_own_gpus *own, const struct gst_scene *scene)
{
    own->count = 0;
    for (size_t i = 0; i < scene->node_count && own->count < GST_SCENE_GPUS; i++) {
        const int minor = minor_of(&scene->nodes[i]);
        int at = own->count;

        if (minor < 0)
            continue;
        /* Nodes come in the order of their names, where 10 stands before 2. */
        for (; at > 0 && own->minors[at - 1] > minor; at--) {
            own->minors[at] = own->minors[at - 1];
            own->gpus[at] = own->gpus[at - 1];
        }
        own->minors[at] = minor;
        own->gpus[at] = by_minor(scene, minor);
        own->count++;
    }
}

const char *gst_own_gpus_model(const struct gst_own_gpus *own)
{
    for (int i = 0; i < own->count; i++) {
        if (own->gpus[i] != NULL && own->gpus[i]->model[0] != '\0')
            return own->gpus[i]->model;
    }
    return NULL;
}
