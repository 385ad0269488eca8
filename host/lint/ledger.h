/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found in an image so far, and what became of it: a later layer may cover or delete what
 * an earlier one brought. Only what was found is kept, so that an image of any size needs little.
 */
#ifndef GST_LINT_LEDGER_H
#define GST_LINT_LEDGER_H

#include "lint/entry.h"
#include "lint/rules.h"

#define GST_NO_LAYER (-1)

struct gst_suspect {
    const struct gst_lint_rule *rule;
    char *path;               /* a folder where the rule means all that is in it */
    char *target;             /* of a link; "" otherwise */
    enum gst_entry_kind kind; /* of the file, or GST_ENTRY_FOLDER for all in a folder */
    int layer;                /* that brought it, from 0 */
    int gone_in;              /* layer that deleted it, GST_NO_LAYER while it is there */
    bool is_covered;          /* gone, and another stands in its place */
    size_t file_count;
    uint64_t size_bytes;
    enum gst_finding_id told_as; /* for whoever tells it */
    char detail[96]; /* "libcuda.so.1", "libcuda1 535.261.03-1"; tells those of one path apart */
};

struct gst_ledger {
    struct gst_suspect *rows;
    size_t count, capacity;
    size_t lower_count; /* those of finished layers, in order of their paths */
    size_t last_folder; /* index of the folder added to last */
    size_t text_bytes;
    size_t overflow; /* found, but not kept */
    int layer;
};

void gst_ledger_release(struct gst_ledger *ledger);

/* From here on, what is told is about this layer. Layers come in ascending order. */
void gst_ledger_begin_layer(struct gst_ledger *ledger, int layer);

/* The layer has something at `path`; a folder joins the one below, anything else replaces it. */
void gst_ledger_cover(struct gst_ledger *ledger, const char *path, bool is_folder);

/* The layer deletes `path` with all below it, or only what is below it. */
void gst_ledger_delete(struct gst_ledger *ledger, const char *path);
void gst_ledger_delete_below(struct gst_ledger *ledger, const char *path);

/* Something was found. `folder_length` other than 0: the rule means so much of the path, which is
 * counted as one with what else is in there. */
void gst_ledger_add(struct gst_ledger *ledger, const struct gst_lint_rule *rule,
                    const struct gst_entry *entry, size_t folder_length, const char *detail);

/* A package in the list that `entry` is. One that a lower layer's list has too stays that layer's.
 */
void gst_ledger_add_package(struct gst_ledger *ledger, const struct gst_lint_rule *rule,
                            const struct gst_entry *entry, const char *detail);

/* All layers are read. */
void gst_ledger_finish(struct gst_ledger *ledger);

/* The row of what stands at `path` in the end, NULL if nothing was found there. Only between
 * gst_ledger_finish and gst_ledger_order. */
const struct gst_suspect *gst_ledger_at(const struct gst_ledger *ledger, const char *path);

/* By layer, and within one by path: as people read it. */
void gst_ledger_order(struct gst_ledger *ledger);

#endif
