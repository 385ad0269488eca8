/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that an image demands of the driver (its NVIDIA_REQUIRE_* variables), held against what the
 * driver offers. Injection by CDI no longer asks, so the audit does.
 */
#ifndef GST_AUDIT_DEMANDS_H
#define GST_AUDIT_DEMANDS_H

#include "audit/requirement.h"
#include "audit/scene.h"

/* The worst of all variables, and which it was. */
struct gst_demands {
    int count; /* variables */
    enum gst_requirement verdict;
    char variable[64]; /* "NVIDIA_REQUIRE_CUDA" */
    char text[160];    /* the part that decided: "cuda>=12.9" */
};

/* What the driver's files say that it offers. */
struct gst_offer {
    struct gst_offer_of_driver offer; /* points into this */
    char cuda[16], driver[32], arch[16];
};

/* True if NVIDIA_DISABLE_REQUIRE switches the demands off. */
bool gst_demands_are_disabled(const struct gst_scene *scene);

/* From a CUDA version (12040; 0: not known) and what the files tell of the rest. */
void gst_offer_make(struct gst_offer *offer, const struct gst_scene *scene, int cuda);

/* Adds what only the driver tells: the architecture of its first GPU. */
void gst_offer_add_answers(struct gst_offer *offer, const struct gst_answers *answers);

void gst_demands_judge(struct gst_demands *demands, const struct gst_scene *scene,
                       const struct gst_offer *offer);

#endif
