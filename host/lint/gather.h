/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A visitor that keeps all entries of an image in a catalog beside looking at each as the lint
 * does: their content passes by once, for both.
 */
#ifndef GST_LINT_GATHER_H
#define GST_LINT_GATHER_H

#include "lint/catalog.h"
#include "lint/inspect.h"

struct gst_gathering {
    struct gst_inspection *inspection;
    struct gst_catalog *catalog; /* NULL: nobody asks */
};

/* A visitor; `data` is the gathering. */
bool gst_gather(void *data, const struct gst_entry *entry, struct gst_content *content,
                struct gst_status *st);

#endif
