/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The group "injection": what several of its files share. Rows C05 to C09 and C17 to C19, which ask
 * about the injected files themselves, are in injection_files.c.
 */
#ifndef GST_AUDIT_INJECTION_H
#define GST_AUDIT_INJECTION_H

#include <stdbool.h>

#include "audit/check.h"

/* True if something chose the files that goes by rules, not a person by hand. */
bool gst_injection_is_by_toolkit(const struct gst_scene *scene);

/* The injected file of that name ("libcuda.so"), or NULL. */
const struct gst_driver_file *gst_injection_file(const struct gst_scene *scene, const char *name);

void gst_injection_ask_one_version(struct gst_asking *asking);
void gst_injection_ask_module_version(struct gst_asking *asking);
void gst_injection_ask_still_there(struct gst_asking *asking);
void gst_injection_ask_whole(struct gst_asking *asking);
void gst_injection_ask_architecture(struct gst_asking *asking);
void gst_injection_ask_nvidia_smi(struct gst_asking *asking);
void gst_injection_ask_compilers(struct gst_asking *asking);
void gst_injection_ask_firmware(struct gst_asking *asking);

#endif
