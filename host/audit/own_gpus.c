/* SPDX-License-Identifier: Apache-2.0 */
/* From nodes to GPUs by the minor number; see own_gpus.h. */
#include "audit/own_gpus.h"

#include <string.h>

#include "audit/node_kinds.h"

/* -1 if it is no node of a GPU: "/dev/nvidiactl", "/dev/nvidia-uvm". */
static int minor_of(const struct gst_device_node *node)
{
    unsigned minor;

    return gst_device_kind(node->path, &minor) == GST_DEVICE_GPU
                   && node->node.kind == GST_NODE_CHARACTER
               ? (int)minor
               : -1;
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
        own->gpus[at] = gst_scene_gpu_of_minor(scene, minor);
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
