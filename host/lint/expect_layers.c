/* SPDX-License-Identifier: Apache-2.0 */
/* What layers weigh and bring, all of them or the last that brings bytes; see expect_judge.h. */
#include <stdio.h>

#include "core/units.h"
#include "lint/expect_judge.h"
#include "lint/pattern.h"

/* True for what the expectation minds. */
typedef bool (*offence)(const struct gst_expect_question *question, const struct gst_node *node,
                        const char *path);

static bool is_other(const struct gst_expect_question *question, const struct gst_node *node,
                     const char *path)
{
    if (node->kind == GST_ENTRY_FOLDER)
        return false;
    for (size_t i = 0; i < question->row->word_count; i++) {
        if (gst_pattern_matches(question->row->words[i], path))
            return false;
    }
    return true;
}

static bool is_setuid(const struct gst_expect_question *question, const struct gst_node *node,
                      const char *path)
{
    (void)question, (void)path;
    return node->kind == GST_ENTRY_FILE && (node->mode & 06000) != 0;
}

/* A folder with the sticky bit is for all, as /tmp is; links have no permissions of their own. */
static bool is_for_all(const struct gst_expect_question *question, const struct gst_node *node,
                       const char *path)
{
    (void)question, (void)path;
    return (node->kind == GST_ENTRY_FILE || node->kind == GST_ENTRY_FOLDER)
           && (node->mode & 0002) != 0
           && (node->kind != GST_ENTRY_FOLDER || (node->mode & 01000) == 0);
}

static enum gst_expect_answer look_for(struct gst_expect_question *question, int layer,
                                       offence is_bad, const char *expected, const char *what)
{
    const struct gst_catalog *catalog = question->catalog;
    char path[GST_ENTRY_PATH_SIZE], first[GST_ENTRY_PATH_SIZE], others[40] = "";
    unsigned mode = 0;
    size_t count = 0;

    for (size_t i = 1; i < catalog->count; i++) {
        const struct gst_node *node = &catalog->nodes[i];

        if (node->is_gone || (layer != GST_NO_NODE && node->layer != layer))
            continue;
        gst_catalog_path(catalog, (int)i, path);
        if (!is_bad(question, node, path))
            continue;
        if (count++ == 0) {
            snprintf(first, sizeof first, "%s", path);
            mode = node->mode;
        }
    }
    if (count == 0)
        return GST_EXPECT_MET;
    if (count > 1)
        snprintf(others, sizeof others, ", and so %s %zu more", count == 2 ? "is" : "are",
                 count - 1);
    return gst_expect_say(question, GST_EXPECT_UNMET, expected, "'%.150s' (mode %04o) %s%s", first,
                          mode, what, others);
}

static enum gst_expect_answer weigh(struct gst_expect_question *question, int layer)
{
    uint64_t bytes = 0;
    char size[32], most[32], expected[64], which[40];

    for (int i = 0; i < GST_CATALOG_LAYERS; i++)
        bytes += layer == GST_NO_NODE || layer == i ? question->catalog->layer_bytes[i] : 0;
    if (bytes <= question->row->size_bytes)
        return GST_EXPECT_MET;
    gst_format(size, sizeof size, (double)bytes, GST_UNIT_BYTES);
    gst_format(most, sizeof most, (double)question->row->size_bytes, GST_UNIT_BYTES);
    snprintf(expected, sizeof expected, "%s at most", most);
    snprintf(which, sizeof which, layer == GST_NO_NODE ? "all layers have" : "layer %d has",
             layer + 1);
    return gst_expect_say(question, GST_EXPECT_UNMET, expected, "%s %s", which, size);
}

enum gst_expect_answer gst_expect_layer(struct gst_expect_question *question)
{
    bool is_last = question->row->scope == GST_SCOPE_LAST;
    int layer = is_last ? gst_catalog_last_layer(question->catalog) : GST_NO_NODE;

    if (is_last && layer == GST_NO_NODE)
        return gst_expect_say(question, GST_EXPECT_UNMET, "a layer of its own",
                              "no layer brings a single byte");
    switch (question->row->kind) {
    case GST_EXPECT_SIZE:
        return weigh(question, layer);
    case GST_EXPECT_ONLY:
        return look_for(question, layer, is_other, "only what it lists", "is in it");
    case GST_EXPECT_NO_SETUID:
        return look_for(question, layer, is_setuid, "no file with setuid or setgid",
                        "runs as another user");
    default:
        return look_for(question, layer, is_for_all, "nothing that all may write",
                        "may be written by all");
    }
}
