/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML that anybody may have written, through libyaml: loaded only if its size, depth and anchors
 * are within bounds, and read without trusting the kind of any node.
 */
#ifndef GST_API_YAML_H
#define GST_API_YAML_H

#include <stdbool.h>
#include <stddef.h>

struct yaml_document_s;
struct yaml_node_s;

struct gst_yaml_limits {
    size_t bytes;
    int depth, anchors;
    const char *what; /* "a specification", for messages */
};

/* What libyaml makes of `text`; release it with gst_yaml_release. NULL, with "line 3: why" in
 * `error`. */
struct yaml_document_s *gst_yaml_load(const char *text, size_t length,
                                      const struct gst_yaml_limits *limits, char *error,
                                      size_t size);

/* Does nothing for NULL. */
void gst_yaml_release(struct yaml_document_s *document);

/* The text of a scalar; NULL for no node or another kind, one that is longer than `most`, and one
 * that hides something behind a zero. */
const char *gst_yaml_text(const struct yaml_node_s *node, size_t most);

/* True for what YAML reads as null. */
bool gst_yaml_is_null(const struct yaml_node_s *node);

/* Counted from 1. */
size_t gst_yaml_line(const struct yaml_node_s *node);

#endif
