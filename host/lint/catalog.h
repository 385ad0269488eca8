/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that an image holds in the end, as whoever runs it sees it: layers put over one another,
 * links followed within the image. Kept only where somebody asks for more than what must not be
 * there.
 */
#ifndef GST_LINT_CATALOG_H
#define GST_LINT_CATALOG_H

#include "lint/entry.h"

/* The largest images have half a million entries. */
#define GST_CATALOG_MAX ((size_t)2 << 20)

#define GST_CATALOG_LAYERS 512
#define GST_NO_NODE        (-1) /* also: no layer */

/* How much of a text that says where the loader looks is kept. */
#define GST_CATALOG_TEXT (64 << 10)

struct gst_node {
    char *name;
    char *target; /* of a link, else NULL */
    char *text;   /* of the loader's configuration, else NULL */
    uint64_t size_bytes;
    int parent, child, sibling, chain; /* GST_NO_NODE: none; the chain is that of the table */
    enum gst_entry_kind kind;
    unsigned mode; /* permissions, 07777 */
    int layer;     /* that wrote it last, from 0 */
    bool is_gone;
    bool is_script; /* it begins with "#!" */
};

struct gst_catalog {
    struct gst_node *nodes; /* the first is the root */
    size_t count, capacity;
    int *table;
    size_t table_size;
    size_t text_bytes;
    int layer;
    bool has_layers;
    bool is_full; /* more than GST_CATALOG_MAX, or no memory: what it says is not all */
    uint64_t layer_bytes[GST_CATALOG_LAYERS];
};

/* Release it also after a failure. False: no memory. */
bool gst_catalog_init(struct gst_catalog *catalog);
void gst_catalog_release(struct gst_catalog *catalog);

/* What is told from here on is of this layer; layers come in ascending order. */
void gst_catalog_begin_layer(struct gst_catalog *catalog, int layer);

/* A name of the layers below is deleted, or all that is below the folder. */
void gst_catalog_delete(struct gst_catalog *catalog, const char *path, bool only_below);

/* Takes the entry; its node, GST_NO_NODE where there is no room or the entry is the root. */
int gst_catalog_add(struct gst_catalog *catalog, const struct gst_entry *entry);

/* The node at `path`, with or without a slash before it: links on the way are followed, that at its
 * end if asked. GST_NO_NODE if there is none. */
int gst_catalog_find(const struct gst_catalog *catalog, const char *path, bool follows);

/* "/usr/bin/env"; returns `path`, "" if it does not fit. */
const char *gst_catalog_path(const struct gst_catalog *catalog, int node,
                             char path[GST_ENTRY_PATH_SIZE]);

/* The last layer that brings bytes, GST_NO_NODE if none does. */
int gst_catalog_last_layer(const struct gst_catalog *catalog);

#endif
