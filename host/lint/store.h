/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image archive is made of, by name: manifests, configurations and layers, as members of a
 * tar archive or as files of a folder (an OCI layout).
 */
#ifndef GST_LINT_STORE_H
#define GST_LINT_STORE_H

#include <jansson.h>

#include "lint/unpack.h"

struct gst_store_member;

struct gst_store {
    int fd; /* the caller's: archive that can be read at any place, or folder */
    bool is_folder;
    struct gst_store_member *members; /* of an archive */
    size_t count, capacity;
};

/* A layer being read: close it with gst_store_close_layer. */
struct gst_store_layer {
    int file;                 /* of a folder's */
    struct gst_unpack *outer; /* of an archive's */
    struct gst_unpack *unpack;
};

/* An archive without compression: reads all headers once. */
bool gst_store_open_archive(struct gst_store *store, int fd, struct gst_status *st);
void gst_store_open_folder(struct gst_store *store, int fd);
void gst_store_release(struct gst_store *store);

/* True if there is anything that may be a layer; a root has files of that name by chance alone. */
bool gst_store_has_layers(const struct gst_store *store);

bool gst_store_has(const struct gst_store *store, const char *name);

/* Reads JSON; the caller drops it. NULL, with the reason in `st`. */
json_t *gst_store_json(const struct gst_store *store, const char *name, struct gst_status *st);

/* Opens a member that is a layer; `label` is for messages. */
bool gst_store_open_layer(const struct gst_store *store, const char *name, const char *label,
                          struct gst_store_layer *layer, struct gst_status *st);
void gst_store_close_layer(struct gst_store_layer *layer);

#endif
