/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue as an array, and the declared edges between its rows; see finding.h. */
#include "core/finding.h"

#include <string.h>

#define GST_FINDING_ROW(symbol, name, word, act, healthy, todo, origin)                            \
    [symbol] = {                                                                                   \
        .id = name,                                                                                \
        .verdict = word,                                                                           \
        .action = act,                                                                             \
        .expected = healthy,                                                                       \
        .remedy = todo,                                                                            \
        .source = origin,                                                                          \
    },
#define GST_FINDING_EDGE(blocked, by) { blocked, by },

static const struct gst_finding rows[GST_FINDING_COUNT] = {
    [GST_NO_FINDING] = { .id = "", .expected = "", .remedy = "", .source = "" },
    GST_FINDINGS(GST_FINDING_ROW)
};

static const struct {
    enum gst_finding_id blocked, by;
} edges[] = { GST_FINDING_EDGES(GST_FINDING_EDGE) };

static const char *const layer_names[] = {
    [GST_LAYER_HOST] = "host", [GST_LAYER_RUNTIME] = "runtime",   [GST_LAYER_IMAGE] = "image",
    [GST_LAYER_USER] = "user", [GST_LAYER_HARDWARE] = "hardware", [GST_LAYER_SUITE] = "suite",
};

static const char *const action_names[] = {
    [GST_ACTION_NONE] = "none",           [GST_ACTION_FIX_FLAGS] = "fix flags",
    [GST_ACTION_FIX_IMAGE] = "fix image", [GST_ACTION_RESTART_CONTAINER] = "restart container",
    [GST_ACTION_FIX_HOST] = "fix host",   [GST_ACTION_REBOOT] = "reboot",
    [GST_ACTION_REPLACE] = "replace",     [GST_ACTION_REPORT_BUG] = "report bug",
};

const struct gst_finding *gst_finding(enum gst_finding_id id)
{
    /* A report may come from memory that a crashing child wrote to. */
    return (unsigned)id < GST_FINDING_COUNT ? &rows[id] : &rows[GST_NO_FINDING];
}

enum gst_finding_id gst_finding_by_name(const char *name)
{
    for (int id = GST_NO_FINDING + 1; id < GST_FINDING_COUNT; id++) {
        if (strcmp(rows[id].id, name) == 0)
            return (enum gst_finding_id)id;
    }
    return GST_NO_FINDING;
}

enum gst_layer gst_finding_layer(enum gst_finding_id id)
{
    const char *name = gst_finding(id)->id;
    size_t length = strcspn(name, ".");

    for (size_t i = 0; i < sizeof layer_names / sizeof *layer_names; i++) {
        if (strlen(layer_names[i]) == length && strncmp(layer_names[i], name, length) == 0)
            return (enum gst_layer)i;
    }
    return GST_LAYER_SUITE;
}

const char *gst_layer_name(enum gst_layer layer)
{
    return layer_names[layer];
}

const char *gst_action_name(enum gst_action action)
{
    return action_names[action];
}

static bool reaches(enum gst_finding_id cause, enum gst_finding_id effect, int steps)
{
    if (steps == 0)
        return false;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        if (edges[i].blocked != effect)
            continue;
        if (edges[i].by == cause || reaches(cause, edges[i].by, steps - 1))
            return true;
    }
    return false;
}

bool gst_finding_blocks(enum gst_finding_id cause, enum gst_finding_id effect)
{
    return reaches(cause, effect, GST_FINDING_COUNT);
}
