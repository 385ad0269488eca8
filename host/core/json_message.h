/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pasted message or an id means, for programs: one JSON object, described by
 * host/explain.schema.json.
 */
#ifndef GST_CORE_JSON_MESSAGE_H
#define GST_CORE_JSON_MESSAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "core/message.h"

/* Rises when a reader of the older form would misread the newer one. */
#define GST_EXPLAIN_SCHEMA_VERSION 1

/* What is explained: messages, of which there may be none, or else a finding. */
struct gst_json_explained {
    const struct gst_message_hits *hits; /* NULL: an id was asked for */
    enum gst_finding_id finding;
    const char *version; /* of the suite */
};

/* Writes the object of a struct gst_json_explained and a line feed. False if it could not be built
 * or written. */
bool gst_json_explain(const void *explained, FILE *out);

#endif
