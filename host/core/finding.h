/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue of findings: everything that the suite can hold against a machine, with one stable
 * id each. The rows are in finding_list.h; reports, `explain` and the documentation derive from it.
 */
#ifndef GST_CORE_FINDING_H
#define GST_CORE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding_list.h"
#include "core/verdict.h"

/* Who has to act. The first word of an id is the name of its layer. */
enum gst_layer {
    GST_LAYER_HOST,     /* driver, kernel module, fabric manager */
    GST_LAYER_RUNTIME,  /* what the injection runtime put into the container, or did not */
    GST_LAYER_IMAGE,    /* what the image carries */
    GST_LAYER_USER,     /* flags and environment given to the container */
    GST_LAYER_HARDWARE, /* the GPU or the link itself */
    GST_LAYER_SUITE,    /* ourselves */
};

/* What kind of act it takes, mildest first. */
enum gst_action {
    GST_ACTION_NONE,
    GST_ACTION_FIX_FLAGS,
    GST_ACTION_FIX_IMAGE,
    GST_ACTION_RESTART_CONTAINER,
    GST_ACTION_FIX_HOST,
    GST_ACTION_REBOOT,
    GST_ACTION_REPLACE,
    GST_ACTION_REPORT_BUG,
};

#define GST_FINDING_ENUM(symbol, id, verdict, action, expected, remedy, source) symbol,
enum gst_finding_id {
    GST_NO_FINDING,
    GST_FINDINGS(GST_FINDING_ENUM) GST_FINDING_COUNT,
};
#undef GST_FINDING_ENUM

struct gst_finding {
    const char *id;           /* "host.driver-too-old" */
    enum gst_verdict verdict; /* the word when it is found: FAIL, ERROR or NOTE */
    enum gst_action action;
    const char *expected; /* what a healthy machine shows */
    const char *remedy;   /* one thing to do, ready to paste where that is possible */
    const char *source;   /* where the fact comes from */
};

/* The row of a finding; never NULL, `id` must lie between GST_NO_FINDING and GST_FINDING_COUNT. */
const struct gst_finding *gst_finding(enum gst_finding_id id);

/* Looks a row up by its text; GST_NO_FINDING if there is none. */
enum gst_finding_id gst_finding_by_name(const char *name);

/* The layer that the id names. */
enum gst_layer gst_finding_layer(enum gst_finding_id id);

const char *gst_layer_name(enum gst_layer layer);
const char *gst_action_name(enum gst_action action);

/* True if a declared edge, or a chain of them, says that `cause` being found makes `effect` moot.
 */
bool gst_finding_blocks(enum gst_finding_id cause, enum gst_finding_id effect);

#endif
