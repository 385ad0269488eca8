/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit as a whole: it reads a scene, asks every check that files can answer, then opens nodes
 * and loads the driver's libraries in children and asks the rest. What the first stage found is in
 * the report before the second begins.
 */
#ifndef GST_AUDIT_AUDIT_H
#define GST_AUDIT_AUDIT_H

#include <stdbool.h>

#include "audit/check.h"
#include "audit/scene.h"
#include "audit/view.h"
#include "core/report.h"

/* On real hosts a first open may start the GPU, which takes seconds. */
#define GST_AUDIT_DEADLINE_S 60.0

struct gst_audit_request {
    struct gst_view_request view;
    bool tries;        /* open nodes and load libraries of this machine */
    double deadline_s; /* for each child, 0: GST_AUDIT_DEADLINE_S */
    double watch_s;    /* open the nodes again after this time; 0: once is enough */
    const char *framework;
};

/* Adds one item for each group and facts with the source "audit". False with `st` if there was
 * nothing to look at. */
bool gst_audit(struct gst_report *report, const struct gst_audit_request *request,
               struct gst_status *st);

/* What files alone tell, under the current item: no device is opened and no library loaded. Unless
 * it is alone, GPUs are left for others to tell of, who count them as CUDA does. */
bool gst_audit_files(struct gst_report *report, const struct gst_view_request *request,
                     bool is_alone, struct gst_status *st);

/* The facts that every audit tells, and what made it impossible to look at all. */
void gst_audit_tell(const struct gst_scene *scene, struct gst_report *report);

#endif
