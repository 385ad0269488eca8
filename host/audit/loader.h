/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of several files of one name programs get, and whether it is the one that was injected.
 * These are the rows C10 to C21 of the group "injection".
 */
#ifndef GST_AUDIT_LOADER_H
#define GST_AUDIT_LOADER_H

#include <stdbool.h>

#include "audit/check.h"

/* A library of the image that the loader takes although the host's is to be used. */
struct gst_shadow {
    const char *name; /* "libcuda.so.1" */
    struct gst_resolved taken;
    enum gst_finding_id finding; /* what it means, by the way the loader came there */
};

/* The first library of the driver with a shadow that means `finding` (GST_NO_FINDING: anything);
 * false if there is none, and outside of containers. */
bool gst_loader_find_shadow(const struct gst_scene *scene, enum gst_finding_id finding,
                            struct gst_shadow *shadow);

void gst_loader_ask_links(struct gst_asking *asking);
void gst_loader_ask_found(struct gst_asking *asking);
void gst_loader_ask_loaded(struct gst_asking *asking);
void gst_loader_ask_names_agree(struct gst_asking *asking);
void gst_loader_ask_stubs(struct gst_asking *asking);
void gst_loader_ask_library_path(struct gst_asking *asking);
void gst_loader_ask_preload(struct gst_asking *asking);
void gst_loader_ask_libc(struct gst_asking *asking);
void gst_loader_ask_executable(struct gst_asking *asking);

#endif
