/* SPDX-License-Identifier: Apache-2.0 */
/* The image's cuda-compat: a newer libcuda that works with an older driver of some branches. */
#ifndef GST_AUDIT_COMPAT_H
#define GST_AUDIT_COMPAT_H

#include "audit/scene.h"

struct gst_compat {
    bool is_there;
    bool is_active;    /* the loader takes it for libcuda.so.1 */
    char path[256];    /* of its libcuda */
    char version[32];  /* "575.57.08" */
    char via[32];      /* how the loader comes to it, if it does */
    char drivers[256]; /* branches that its note lists, "535, 550"; "" without a note */
};

/* All zero where the image has none. */
void gst_compat_find(struct gst_compat *compat, const struct gst_scene *scene);

/* False only if its note leaves this branch out: the older ones have no note. */
bool gst_compat_may_support(const struct gst_compat *compat, unsigned branch);

/* The CUDA version (12040) of the libcuda that programs get, by the tables; 0 if not known. */
int gst_compat_cuda_in_effect(const struct gst_compat *compat, const struct gst_scene *scene);

#endif
