/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A captured container: a folder, and folders beneath it that are looked up where it says nothing.
 * Format: tests/fixtures/README.md. A capture knows exact paths; following links is for the view.
 */
#ifndef GST_AUDIT_CAPTURE_H
#define GST_AUDIT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/view.h"
#include "core/root.h"

struct gst_capture;

/* True if the root folder is one: it holds the file "capture". */
bool gst_capture_is_here(const struct gst_root *root);

/* NULL with suite.root-unreadable; a list that follows no rule is refused with its line. */
struct gst_capture *gst_capture_open(const char *folder, struct gst_status *st);
void gst_capture_close(struct gst_capture *capture);

/* What lies at this path, no part of which is a link; `target` gets what a link says. A folder
 * counts as there if anything in it is. */
bool gst_capture_find(const struct gst_capture *capture, const char *path, struct gst_node *node,
                      char *target, size_t size);

/* The copy of a file, -1 if there is none. */
int gst_capture_open_file(const struct gst_capture *capture, const char *path);

/* True if a list says "magic=elf". */
bool gst_capture_is_elf(const struct gst_capture *capture, const char *path);

/* As gst_view_list. */
bool gst_capture_list(const struct gst_capture *capture, const char *path,
                      bool (*visit)(const char *name, void *data), void *data);

/* "NAME=value" each, ended by NULL; NULL if the capture tells of no environment. */
char *const *gst_capture_environment(const struct gst_capture *capture);

int gst_capture_open_result(const struct gst_capture *capture, const char *path,
                            enum gst_look look);
bool gst_capture_space(const struct gst_capture *capture, const char *path,
                       struct gst_space *space);

/* "" if there are none. */
const char *gst_capture_answers(const struct gst_capture *capture);

#endif
