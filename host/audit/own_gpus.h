/* SPDX-License-Identifier: Apache-2.0 */
/* The GPUs that this container was given: one for each /dev/nvidiaN. */
#ifndef GST_AUDIT_OWN_GPUS_H
#define GST_AUDIT_OWN_GPUS_H

#include "audit/scene.h"

struct gst_own_gpus {
    int count;
    int minors[GST_SCENE_GPUS];
    const struct gst_scene_gpu
        *gpus[GST_SCENE_GPUS]; /* NULL: the driver lists none of that minor */
};

/* In the order of the minors. */
void gst_own_gpus_find(struct gst_own_gpus *own, const struct gst_scene *scene);

/* The first model name that is known, NULL if none is. */
const char *gst_own_gpus_model(const struct gst_own_gpus *own);

#endif
