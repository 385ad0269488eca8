/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folders that a capture is made of, and reading their lists. Private to capture*.c.
 */
#ifndef GST_AUDIT_CAPTURE_LAYER_H
#define GST_AUDIT_CAPTURE_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/capture.h"

#define GST_CAPTURE_LAYERS  24
#define GST_CAPTURE_ENTRIES 65536u
#define GST_CAPTURE_MARKER  "/capture"

enum gst_capture_state {
    GST_CAPTURE_PRESENT,
    GST_CAPTURE_ABSENT,  /* neither here nor in layers below */
    GST_CAPTURE_IMPLIED, /* a link leads to it, and nothing else tells of it */
};

struct gst_capture_entry {
    char *path;
    enum gst_capture_state state;
    struct gst_node node;
    char *target; /* of a link */
    bool is_elf;
};

struct gst_capture_outcome {
    char *path;
    enum gst_look look;
    int result;
};

struct gst_capture_room {
    char *path;
    struct gst_space space;
};

struct gst_capture_layer {
    struct gst_root root;
    size_t count, room_for;
    struct gst_capture_entry *entries; /* by path */
    size_t outcome_count;
    struct gst_capture_outcome *outcomes;
    size_t space_count;
    struct gst_capture_room *spaces;
};

struct gst_capture {
    size_t layer_count;
    struct gst_capture_layer layers[GST_CAPTURE_LAYERS];
    char **environment;
    size_t variable_count;
    char *answers;
};

/* Where in a list something is wrong, for the message. */
struct gst_capture_place {
    const struct gst_capture_layer *layer;
    const char *list;
    unsigned line;
    struct gst_status *st;
};

/* Fails with the place and what is wrong there. */
bool gst_capture_refuse(const struct gst_capture_place *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool gst_capture_no_room(const struct gst_capture_place *place);

/* The text of a list, which the caller frees. NULL if there is none, or, with *is_there, if it
 * cannot be read, is no text or is too long. */
char *gst_capture_load(const struct gst_root *root, const char *path, bool *is_there);

/* Calls `parse` for each line that is no comment; a list that is not there has none. */
bool gst_capture_each_line(struct gst_capture_layer *layer, const char *list,
                           bool (*parse)(char *line, const struct gst_capture_place *place,
                                         void *data),
                           void *data, struct gst_status *st);

/* Reads what the lists of a layer tell of paths, opens and file systems. */
bool gst_capture_read_lists(struct gst_capture_layer *layer, struct gst_status *st);

#endif
